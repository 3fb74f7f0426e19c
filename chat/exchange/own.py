"""Our own JSON, as `chat.exchange.writing` makes it → a tree with ids of its own."""

import base64
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from chat.conversations import Conversation, Outcome, ReplyRecord, UserMessage, new_id, title_of
from chat.errors import Failure, FailureKind
from chat.events import Usage
from chat.images import Image, media_type_of
from chat.metrics import Part, Timings
from chat.tree import Tree

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_NUMBER = 2**31 - 1
"""The largest number that every database takes."""

MAX_IMAGE_BYTES = 20_000_000

_FAILURE_WORDS = ("detail", "error_type", "reason", "upstream_provider", "endpoint")
_FAILURE_COUNTS = frozenset({"status", "affordable_tokens"})
_FAILURE_NUMBERS = (*_FAILURE_COUNTS, "retry_after_s", "resets_epoch_s")


def conversation_of_ours(entry: dict[str, Any], owner: str, now: datetime) -> Tree:
    """One conversation of the file.

    Raises:
        KeyError, TypeError, ValueError: it does not hold together.
    """
    nodes = [*entry["messages"], *entry["replies"]]
    ids = {node["id"]: new_id() for node in nodes}
    if len(ids) != len(nodes):
        raise ValueError("an id twice")
    conversation = Conversation(
        new_id(), owner, title_of(text_of(entry["title"])), moment_of(entry.get("updated_at"), now)
    )
    users = tuple(_user(node, ids, now) for node in entry["messages"])
    replies = tuple(_reply(node, ids, conversation, now) for node in entry["replies"])
    _check_order(users, replies)
    leaf_id = entry.get("leaf_id")
    tree = Tree(conversation, users, replies, ids[leaf_id] if leaf_id is not None else None)
    if tree.leaf_id is not None and tree.leaf_id not in {reply.id for reply in replies}:
        raise ValueError("the path ends in no reply")
    return tree


def text_of(value: object) -> str:
    """The value, if it is a text.

    Raises:
        TypeError: it is not.
    """
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return value


def moment_of(value: object, now: datetime) -> datetime:
    """An ISO moment or seconds since 1970, in UTC; `now` where there is none.

    Raises:
        ValueError, OverflowError: it is none, or before the year 1 or after 9999.
    """
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return EPOCH + timedelta(seconds=value)
    return now


def _user(node: dict[str, Any], ids: dict[str, str], now: datetime) -> UserMessage:
    parent_id = node["parent_id"]
    return UserMessage(
        ids[node["id"]],
        ids[parent_id] if parent_id is not None else None,
        text_of(node["text"]),
        moment_of(node.get("created_at"), now),
        tuple(_image(one) for one in node.get("images") or ()),
    )


def _image(node: dict[str, Any]) -> Image:
    data = base64.b64decode(text_of(node["data"]), validate=True)
    media_type = media_type_of(data)
    if media_type is None or len(data) > MAX_IMAGE_BYTES:
        raise ValueError("no image")
    return Image(media_type, data)


def _reply(
    node: dict[str, Any], ids: dict[str, str], conversation: Conversation, now: datetime
) -> ReplyRecord:
    outcome = node.get("outcome")
    if outcome is not None and outcome not in get_args(Outcome):
        raise ValueError("unknown outcome")
    text, reasoning = text_of(node["text"]), text_of(node.get("reasoning") or "")
    return ReplyRecord(
        id=ids[node["id"]],
        owner=conversation.owner,
        conversation_id=conversation.id,
        message_id=ids[node["message_id"]],
        model=text_of(node["model"]),
        started_at=moment_of(node.get("started_at"), now),
        # What was still running when the file was made cannot go on here.
        outcome=outcome or "interrupted",
        text=text,
        reasoning=reasoning,
        served_model=_text_or_none(node.get("served_model")),
        upstream_provider=_text_or_none(node.get("upstream_provider")),
        generation_id=_text_or_none(node.get("generation_id")),
        usage=_usage(node.get("usage")),
        failure=_failure(node.get("failure")),
        timings=Timings(**_numbers(node.get("timings") or {}, _names_of(Timings))),
        continues_id=ids.get(node.get("continues_id") or ""),
        text_chars=int(_number(node.get("text_chars", len(text)))),
        reasoning_chars=int(_number(node.get("reasoning_chars", len(reasoning)))),
        tries=int(_number(node.get("tries", 1))),
        reconnections=int(_number(node.get("reconnections", 0))),
        switched_to=tuple(text_of(model) for model in node.get("switched_to") or ()),
        parts=tuple(_part(part) for part in node.get("parts") or ()),
    )


def _usage(value: dict[str, Any] | None) -> Usage | None:
    if value is None:
        return None
    numbers = _numbers(value, _names_of(Usage))
    counts = {k: int(v) for k, v in numbers.items() if v is not None and k != "cost_usd"}
    return Usage(cost_usd=numbers.get("cost_usd"), **counts)


def _failure(value: dict[str, Any] | None) -> Failure | None:
    if value is None:
        return None
    if value["kind"] not in get_args(FailureKind):
        raise ValueError("unknown failure")
    numbers = _numbers(value, _FAILURE_NUMBERS)
    counts = {name: int(numbers[name]) for name in _FAILURE_COUNTS & numbers.keys()}
    words = {name: text_of(value.get(name) or "") for name in _FAILURE_WORDS}
    given: dict[str, Any] = {**numbers, **counts, **words}
    return Failure(value["kind"], **given, is_lent_key=value.get("is_lent_key") is True)


def _part(value: dict[str, Any]) -> Part:
    first_s = value.get("first_s")
    return Part(
        first_s=None if first_s is None else _number(first_s),
        decode_s=_number(value["decode_s"]),
        chars=int(_number(value["chars"])),
        model=_text_or_none(value.get("model")),
        generation_id=_text_or_none(value.get("generation_id")),
        usage=_usage(value.get("usage")),
    )


def _numbers(value: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    found = {name: value[name] for name in names if value.get(name) is not None}
    return {name: _number(number) for name, number in found.items()}


def _names_of(kind: type[Timings | Usage]) -> list[str]:
    return [field.name for field in fields(kind)]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("expected a number")
    if not 0 <= value <= MAX_NUMBER:
        raise ValueError("a number that cannot be")
    return float(value)


def _text_or_none(value: object) -> str | None:
    return None if value is None else text_of(value)


def _check_order(users: tuple[UserMessage, ...], replies: tuple[ReplyRecord, ...]) -> None:
    """Refuses circles and gaps: what follows something comes after it, as it was made."""
    message_of = {reply.id: reply.message_id for reply in replies}
    parent_of: dict[str, str | None] = {}
    for user in users:
        if user.parent_id is not None and message_of[user.parent_id] not in parent_of:
            raise ValueError("a message before what it follows")
        parent_of[user.id] = user.parent_id
    earlier: set[str | None] = {None}
    for reply in replies:
        if parent_of[reply.message_id] not in earlier:
            raise ValueError("a reply before what it follows")
        earlier.add(reply.id)
