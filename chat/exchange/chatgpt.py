"""ChatGPT's `conversations.json` → trees.

As its data export has it: a list of conversations, each with a `mapping` of nodes (`parent`,
`children`, `message` with `author.role` and `content.parts`) and a `current_node`. Only what was
said by the user and the assistant is taken; system and tool nodes are passed through.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chat.conversations import Conversation, ReplyRecord, UserMessage, new_id, title_of
from chat.exchange.own import moment_of
from chat.tree import Tree

UNKNOWN_MODEL = "chatgpt"


def conversation_of_chatgpt(entry: dict[str, Any], owner: str, now: datetime) -> Tree:
    """One conversation of the file.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it does not hold together.
    """
    title = entry.get("title") or "ChatGPT"
    conversation = Conversation(
        new_id(), owner, title_of(str(title)), moment_of(entry.get("update_time"), now)
    )
    builder = _Builder(entry["mapping"], conversation, now)
    builder.walk()
    leaf_id = builder.reply_at.get(entry.get("current_node") or "")
    return Tree(conversation, tuple(builder.users), tuple(builder.replies.values()), leaf_id)


@dataclass(frozen=True, slots=True)
class _Place:
    """What was said on the way to a node.

    Attributes:
        reply_id: The last reply.
        said: Its text as far as this node.
        waiting: The user message that has no reply yet.
    """

    reply_id: str | None = None
    said: str = ""
    waiting: UserMessage | None = None


@dataclass(slots=True)
class _Builder:
    """Walks the nodes from the roots down, parents first."""

    mapping: dict[str, Any]
    conversation: Conversation
    now: datetime
    users: list[UserMessage] = field(default_factory=list)
    replies: dict[str, ReplyRecord] = field(default_factory=dict)
    reply_at: dict[str, str] = field(default_factory=dict)

    def walk(self) -> None:
        roots = [key for key, node in self.mapping.items() if node.get("parent") is None]
        todo = [(root, _Place()) for root in roots]
        seen: set[str] = set()
        while todo:
            key, place = todo.pop()
            if key in seen:
                raise ValueError("a circle")
            seen.add(key)
            node = self.mapping[key]
            place = self._take(node.get("message"), place)
            children = node.get("children") or []
            if not children and place.waiting is not None:
                place = self._reply(place.waiting.id, "", UNKNOWN_MODEL, self.now)
            if place.reply_id is not None:
                self.reply_at[key] = place.reply_id
            todo += [(child, place) for child in reversed(children)]

    def _take(self, message: dict[str, Any] | None, place: _Place) -> _Place:
        role, text = _role_and_text(message)
        if message is None or not text:
            return place
        made_at = moment_of(message.get("create_time"), self.now)
        if role == "user":
            if place.waiting is not None:
                place = self._reply(place.waiting.id, "", UNKNOWN_MODEL, made_at)
            user = UserMessage(new_id(), place.reply_id, text, made_at)
            self.users.append(user)
            return replace(place, waiting=user)
        if role == "assistant" and place.waiting is not None:
            model = (message.get("metadata") or {}).get("model_slug") or UNKNOWN_MODEL
            return self._reply(place.waiting.id, text, str(model), made_at)
        if role == "assistant" and place.reply_id is not None:
            return self._go_on(self.replies[place.reply_id], place.said, text)
        return place

    def _go_on(self, before: ReplyRecord, said: str, text: str) -> _Place:
        """An answer in several nodes, around the tools it used."""
        whole = f"{said}\n\n{text}"
        if before.text != said:
            # It went on differently on another branch.
            return self._reply(before.message_id, whole, before.model, before.started_at)
        self.replies[before.id] = replace(before, text=whole, text_chars=len(whole))
        return _Place(before.id, whole)

    def _reply(self, message_id: str, text: str, model: str, made_at: datetime) -> _Place:
        reply = ReplyRecord(
            new_id(),
            self.conversation.owner,
            self.conversation.id,
            message_id,
            model,
            made_at,
            outcome="completed" if text else "interrupted",
            text=text,
            text_chars=len(text),
        )
        self.replies[reply.id] = reply
        return _Place(reply.id, text)


def _role_and_text(message: dict[str, Any] | None) -> tuple[str, str]:
    if message is None:
        return "", ""
    parts = (message.get("content") or {}).get("parts")
    if not isinstance(parts, list):
        parts = []
    text = "\n".join(part for part in parts if isinstance(part, str)).strip()
    return str((message.get("author") or {}).get("role") or ""), text
