"""Our own JSON, as `chat.exchange.writing` makes it → a tree with ids of its own."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_args

from chat.conversations import Conversation, Outcome, ReplyRecord, UserMessage, new_id, title_of
from chat.errors import Failure, FailureKind
from chat.events import Usage
from chat.metrics import Timings
from chat.tree import Tree


def conversation_of_ours(entry: dict[str, Any], owner: str, now: datetime) -> Tree:
    """One conversation of the file.

    Raises:
        KeyError, TypeError, ValueError: it does not hold together.
    """
    ids = {node["id"]: new_id() for node in [*entry["messages"], *entry["replies"]]}
    conversation = Conversation(
        new_id(), owner, title_of(text_of(entry["title"])), moment_of(entry.get("updated_at"), now)
    )
    users = tuple(_user(node, ids, now) for node in entry["messages"])
    replies = tuple(_reply(node, ids, conversation, now) for node in entry["replies"])
    _check_order(users, replies)
    leaf_id = entry.get("leaf_id")
    return Tree(conversation, users, replies, ids[leaf_id] if leaf_id is not None else None)


def text_of(value: object) -> str:
    """The value, if it is a text.

    Raises:
        TypeError: it is not.
    """
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return value


def moment_of(value: object, now: datetime) -> datetime:
    """An ISO moment or seconds since 1970 (UTC); `now` where there is none."""
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    return now


def _user(node: dict[str, Any], ids: dict[str, str], now: datetime) -> UserMessage:
    parent_id = node["parent_id"]
    return UserMessage(
        ids[node["id"]],
        ids[parent_id] if parent_id is not None else None,
        text_of(node["text"]),
        moment_of(node.get("created_at"), now),
    )


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
        timings=Timings(**_numbers(node.get("timings") or {}, Timings)),
        continues_id=ids.get(node.get("continues_id") or ""),
        text_chars=int(node.get("text_chars", len(text))),
        reasoning_chars=int(node.get("reasoning_chars", len(reasoning))),
    )


def _usage(value: dict[str, Any] | None) -> Usage | None:
    if value is None:
        return None
    numbers = _numbers(value, Usage)
    counts = {k: int(v) for k, v in numbers.items() if v is not None and k != "cost_usd"}
    return Usage(cost_usd=numbers.get("cost_usd"), **counts)


def _failure(value: dict[str, Any] | None) -> Failure | None:
    if value is None:
        return None
    if value["kind"] not in get_args(FailureKind):
        raise ValueError("unknown failure")
    return Failure(value["kind"], text_of(value.get("detail") or ""))


def _numbers(value: dict[str, Any], kind: type) -> dict[str, Any]:
    names = [field.name for field in fields(kind)]
    found = {name: value[name] for name in names if value.get(name) is not None}
    return {name: float(number) for name, number in found.items()}


def _text_or_none(value: object) -> str | None:
    return None if value is None else text_of(value)


def _check_order(users: tuple[UserMessage, ...], replies: tuple[ReplyRecord, ...]) -> None:
    """Refuses circles and gaps: every message's parent is a reply, every reply's a message."""
    parent_of = {user.id: user.parent_id for user in users}
    message_of = {reply.id: reply.message_id for reply in replies}
    good: set[str] = set()
    for user in users:
        way: set[str] = set()
        node: str | None = user.id
        while node is not None and node not in good:
            if node in way:
                raise ValueError("a circle")
            way.add(node)
            reply_id = parent_of[node]
            node = message_of[reply_id] if reply_id is not None else None
        good |= way
    if not set(message_of.values()) <= set(parent_of):
        raise ValueError("a reply to nothing")
