"""Files → conversations: which kind of file it is, and what is refused.

Every id is made anew, so that a file can be brought in twice and by anybody. All of a file is
read before anything of it is kept.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chat.conversations import ReplyRecord
from chat.errors import ChatError
from chat.exchange.chatgpt import conversation_of_chatgpt
from chat.exchange.own import conversation_of_ours
from chat.exchange.writing import FORMAT, VERSION
from chat.prompt import is_text
from chat.tree import Tree

MAX_FILE_BYTES = 50_000_000
MAX_CONVERSATIONS = 20_000


class ImportRefused(ChatError):  # noqa: N818 - says what happened, like the rest of the tree
    """A file cannot be brought in; the text is one sentence for its owner. Nothing was kept."""


def read_file(data: bytes, owner: str, now: datetime | None = None) -> list[Tree]:
    """The conversations of a file, made the owner's own.

    Raises:
        ImportRefused: the file is too large, is no JSON, or is not of a known kind.
    """
    if len(data) > MAX_FILE_BYTES:
        raise ImportRefused(
            f"The file has {len(data) / 1e6:.0f} MB; the limit is {MAX_FILE_BYTES / 1e6:.0f} MB."
        )
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise ImportRefused("The file is not valid JSON, or only a part of it.") from None
    try:
        trees = _trees(content, owner, now or datetime.now(UTC))
        _check_text(trees)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise ImportRefused("The file has a conversation that does not hold together.") from None
    if not trees:
        raise ImportRefused("The file has no conversation in it.")
    return trees


def _trees(content: Any, owner: str, now: datetime) -> list[Tree]:  # Any: as JSON came
    if isinstance(content, Mapping) and content.get("format") == FORMAT:
        if content.get("version") != VERSION:
            raise ImportRefused("The file was made by a newer version of this app.")
        found = _few(content["conversations"])
        return [conversation_of_ours(entry, owner, now) for entry in found]
    if isinstance(content, list) and content and all(_is_chatgpt(entry) for entry in content):
        found = _few(content)
        trees = [conversation_of_chatgpt(entry, owner, now) for entry in found]
        return [tree for tree in trees if tree.users]
    raise ImportRefused(
        "The file is neither an export of this app nor a conversations.json of ChatGPT."
    )


def _few(conversations: list[Any]) -> list[Any]:
    if len(conversations) > MAX_CONVERSATIONS:
        raise ImportRefused(f"The file has more than {MAX_CONVERSATIONS:,} conversations.")
    return conversations


def _is_chatgpt(entry: object) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("mapping"), Mapping)


def _check_text(trees: list[Tree]) -> None:
    """Refuses what no database holds: half characters and NUL."""
    for tree in trees:
        texts = [tree.conversation.title, *(user.text for user in tree.users)]
        texts += [text for reply in tree.replies for text in _texts(reply)]
        if not all(is_text(text) for text in texts):
            raise ValueError("half a character, or NUL")


def _texts(reply: ReplyRecord) -> list[str]:
    names = (reply.model, reply.served_model, reply.upstream_provider, reply.generation_id)
    failure, parts = reply.failure, reply.parts
    said = (failure.detail, failure.error_type, failure.reason) if failure is not None else ()
    provider = failure.upstream_provider if failure is not None else None
    of_parts = [name for part in parts for name in (part.model, part.generation_id)]
    texts = (reply.text, reply.reasoning, *names, *said, provider, *reply.switched_to, *of_parts)
    return [text for text in texts if text is not None]
