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
        # A node, the reply before it, and the user message that waits for its reply.
        todo: list[tuple[str, str | None, UserMessage | None]] = [(r, None, None) for r in roots]
        seen: set[str] = set()
        while todo:
            key, reply_id, waiting = todo.pop()
            if key in seen:
                raise ValueError("a circle")
            seen.add(key)
            node = self.mapping[key]
            reply_id, waiting = self._take(node.get("message"), reply_id, waiting)
            children = node.get("children") or []
            if not children and waiting is not None:
                reply_id = self._reply(waiting, "", UNKNOWN_MODEL, self.now)
            if reply_id is not None:
                self.reply_at[key] = reply_id
            todo += [(child, reply_id, waiting) for child in reversed(children)]

    def _take(
        self, message: dict[str, Any] | None, reply_id: str | None, waiting: UserMessage | None
    ) -> tuple[str | None, UserMessage | None]:
        role, text = _role_and_text(message)
        if message is None or not text:
            return reply_id, waiting
        made_at = moment_of(message.get("create_time"), self.now)
        if role == "user":
            if waiting is not None:
                reply_id = self._reply(waiting, "", UNKNOWN_MODEL, made_at)
            user = UserMessage(new_id(), reply_id, text, made_at)
            self.users.append(user)
            return reply_id, user
        if role == "assistant" and waiting is not None:
            model = (message.get("metadata") or {}).get("model_slug") or UNKNOWN_MODEL
            return self._reply(waiting, text, str(model), made_at), None
        if role == "assistant" and reply_id is not None:
            # An answer in several nodes, around the tools it used.
            before = self.replies[reply_id]
            whole = f"{before.text}\n\n{text}"
            self.replies[reply_id] = replace(before, text=whole, text_chars=len(whole))
        return reply_id, waiting

    def _reply(self, user: UserMessage, text: str, model: str, made_at: datetime) -> str:
        reply = ReplyRecord(
            new_id(),
            self.conversation.owner,
            self.conversation.id,
            user.id,
            model,
            made_at,
            outcome="completed" if text else "interrupted",
            text=text,
            text_chars=len(text),
        )
        self.replies[reply.id] = reply
        return reply.id


def _role_and_text(message: dict[str, Any] | None) -> tuple[str, str]:
    if message is None:
        return "", ""
    parts = (message.get("content") or {}).get("parts") or []
    text = "\n".join(part for part in parts if isinstance(part, str)).strip()
    return str((message.get("author") or {}).get("role") or ""), text
