"""Files to bring in: a conversation of ours with everything in it, and ChatGPT's nodes."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scripted import NOON, a_tree, a_turn

from chat.conversations import StoredTurn
from chat.errors import Failure
from chat.events import Usage
from chat.exchange.reading import read_file
from chat.metrics import Part, Timings
from chat.tree import Tree

LATER = NOON + timedelta(days=400)
Json = Any
"""What a JSON file may hold; the tests write it out."""


def full_tree() -> Tree:
    """An edit, a regeneration, a continuation, a failure, and all that is measured."""
    first, again, failed = a_turn("1"), a_turn("2", message="1"), a_turn("3", "r-2")
    going_on, edited = a_turn("4", message="1"), a_turn("5", "r-2")
    answered = replace(
        first.reply,
        outcome="completed",
        text="Well 👩‍👩‍👧‍👦\n\n```py\nx = 1\n```",
        reasoning="hm",
        served_model="x-2030",
        upstream_provider="Azure",
        generation_id="gen-1",
        usage=Usage(7, 9, 3, 0, 0.000123),
        timings=Timings(0.25, 0.125, 2.5, 3.0, 1.5, 0.75),
        text_chars=31,
        reasoning_chars=2,
        tries=3,
        reconnections=1,
        switched_to=("sim/y",),
        parts=(
            Part(0.25, 1.5, 20, "sim/y", "gen-0"),
            Part(None, 1.0, 13, usage=Usage(7, 9, 3, 0, 0.000123)),
        ),
    )
    failure = Failure(
        *("rate_limited", "slow down", 429, 1.5, "rate_limit_exceeded", "why", "Azure", 9, 1.8e9),
        endpoint="lab",
        is_lent_key=True,
    )
    return a_tree(
        StoredTurn(first.user, answered),
        StoredTurn(first.user, replace(again.reply, outcome="stopped", text="par", text_chars=3)),
        StoredTurn(failed.user, replace(failed.reply, outcome="failed", failure=failure)),
        StoredTurn(
            first.user,
            replace(going_on.reply, outcome="truncated", text="part", continues_id="r-2"),
        ),
        StoredTurn(edited.user, replace(edited.reply, outcome="interrupted")),
        leaf_id="r-3",
    )


def read(content: Json, owner: str = "bob") -> list[Tree]:
    return read_file(json.dumps(content).encode(), owner, LATER)


def node(
    key: str,
    parent: str | None,
    role: str = "",
    text: str = "",
    *children: str,
    **more: Json,
) -> dict[str, Json]:
    """A node of ChatGPT's mapping; one without a role has no message."""
    message = {
        "author": {"role": role},
        "content": {"content_type": "text", "parts": [text]},
        "create_time": 1_700_000_000.5,
        **more,
    }
    held = message if role else None
    return {"id": key, "parent": parent, "children": list(children), "message": held}


def chatgpt(*nodes: dict[str, Json], current: str | None = None, title: str = "Rivers") -> Json:
    """A conversation of ChatGPT's file; children are found by their parents."""
    mapping = {item["id"]: {**item, "children": [*item["children"]]} for item in nodes}
    for item in nodes:
        if item["parent"] in mapping and item["id"] not in mapping[item["parent"]]["children"]:
            mapping[item["parent"]]["children"].append(item["id"])
    return {
        "title": title,
        "update_time": 1_700_000_100,
        "mapping": mapping,
        "current_node": current,
    }
