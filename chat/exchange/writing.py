"""A conversation as a file to read (Markdown) and as one to bring back (JSON)."""

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict

from chat.conversations import ReplyRecord, UserMessage
from chat.tree import Tree, Turn, path_of

FORMAT = "tickertape.conversations"
VERSION = 1


def to_markdown(tree: Tree) -> str:
    """The path on screen, with who answered and how fast."""
    parts = [f"# {tree.conversation.title}"]
    for turn in path_of(tree):
        parts += ["## You", turn.user.text, f"## {turn.reply.model}", turn.reply.text]
        parts.append(f"*{_figures(turn)}*")
    return "\n\n".join(part for part in parts if part) + "\n"


def to_json(trees: Sequence[Tree]) -> str:
    """Whole conversations, siblings included: models, timings and usage too; no owner."""
    file = {"format": FORMAT, "version": VERSION, "conversations": [_tree(tree) for tree in trees]}
    return json.dumps(file, ensure_ascii=False, indent=1)


def _tree(tree: Tree) -> dict[str, object]:
    return {
        "id": tree.conversation.id,
        "title": tree.conversation.title,
        "updated_at": tree.conversation.updated_at.isoformat(),
        "leaf_id": tree.leaf_id,
        "messages": [_user(user) for user in tree.users],
        "replies": [_reply(reply) for reply in tree.replies],
    }


def _user(user: UserMessage) -> dict[str, object]:
    return {
        "id": user.id,
        "parent_id": user.parent_id,
        "text": user.text,
        "created_at": user.created_at.isoformat(),
        "images": [
            {"media_type": one.media_type, "data": base64.b64encode(one.data).decode()}
            for one in user.images
        ],
    }


def _reply(reply: ReplyRecord) -> dict[str, object]:
    return {
        "id": reply.id,
        "message_id": reply.message_id,
        "continues_id": reply.continues_id,
        "started_at": reply.started_at.isoformat(),
        "outcome": reply.outcome,
        "model": reply.model,
        "served_model": reply.served_model,
        "upstream_provider": reply.upstream_provider,
        "generation_id": reply.generation_id,
        "text": reply.text,
        "reasoning": reply.reasoning,
        "text_chars": reply.text_chars,
        "reasoning_chars": reply.reasoning_chars,
        "usage": asdict(reply.usage) if reply.usage is not None else None,
        "failure": asdict(reply.failure) if reply.failure is not None else None,
        "timings": asdict(reply.timings),
        "tries": reply.tries,
        "reconnections": reply.reconnections,
        "switched_to": list(reply.switched_to),
        "parts": [asdict(part) for part in reply.parts],
    }


def _figures(turn: Turn) -> str:
    reply = turn.reply
    ttft_s, pace = reply.timings.ttft_s, reply.throughput_tok_s
    mark = "≈ " if reply.tokens.is_estimated else ""
    return " · ".join(
        [
            reply.outcome or "running",
            f"TTFT {ttft_s:.2f} s" if ttft_s is not None else "TTFT n/a",
            f"{mark}{pace:.1f} tok/s" if pace is not None else "tok/s n/a",
            f"{mark}{reply.tokens.count} tokens",
        ]
    )
