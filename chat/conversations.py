"""What is kept of a conversation: its turns, and the present state of each reply.

Values only; how they are stored is in `chat.stores`.
"""

import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chat.errors import Failure
from chat.events import Usage
from chat.images import Image
from chat.measures import Measures, PaintFigures, UpstreamSays
from chat.metrics import Part, Timings, Tokens, answer_pace_tok_s, answer_tokens

Outcome = Literal["completed", "truncated", "filtered", "stopped", "interrupted", "failed"]

TITLE_CHARS = 60


_LETTERS = string.ascii_letters + string.digits


def new_id() -> str:
    """An unguessable id: 22 letters and digits (131 bits).

    No "-": a spreadsheet would take an id that begins with one for a formula.
    """
    return "".join(secrets.choice(_LETTERS) for _ in range(22))


def title_of(text: str) -> str:
    """The first words of a message, cut at a word, for the sidebar's list."""
    words = " ".join(text.split())
    if len(words) <= TITLE_CHARS:
        return words or "New chat"
    cut = words[: TITLE_CHARS + 1].rpartition(" ")[0] or words[:TITLE_CHARS]
    return f"{cut}…"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One line of the sidebar's list.

    Attributes:
        is_hidden: Kept out of that list and of searches; it can be opened by its id.
    """

    id: str
    owner: str
    title: str
    updated_at: datetime
    is_pinned: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What the visitor said.

    Attributes:
        parent_id: The reply this follows, or None at the start of a conversation.
        images: What was shown with it.
    """

    id: str
    parent_id: str | None
    text: str
    created_at: datetime
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyRecord:
    """One reply as it is stored and drawn; a snapshot of the fold over its log.

    Attributes:
        message_id: The user message it answers; several replies to one message are siblings.
        outcome: How it ended, or None while it runs.
        model: The id that was asked for.
        served_model: The id that answered, where the upstream named one.
        started_at: When the request was made (UTC).
        continues_id: The reply whose text this one begins with and goes on from, or None.
        text_chars: Length of the text, also where the text itself was not loaded.
        reasoning_chars: Length of the reasoning, likewise.
        tries: Requests until the first text, the one that brought it included.
        reconnections: How often the answer broke off and was to be taken up again; it was where
            `timings.reconnect_s` is known.
        switched_to: Models that were asked after the chosen one, in order.
        parts: What each request brought; empty where one brought everything.
        measures: Where the time went; known once it has ended.
        painted: How a visitor's browser showed it; nothing known where nobody reported.
        said: What the upstream says of it; nothing known where it was not asked or did not say.
    """

    id: str
    owner: str
    conversation_id: str
    message_id: str
    model: str
    started_at: datetime
    outcome: Outcome | None = None
    text: str = ""
    reasoning: str = ""
    served_model: str | None = None
    upstream_provider: str | None = None
    generation_id: str | None = None
    usage: Usage | None = None
    failure: Failure | None = None
    timings: Timings = field(default_factory=Timings)
    continues_id: str | None = None
    text_chars: int = 0
    reasoning_chars: int = 0
    tries: int = 1
    reconnections: int = 0
    switched_to: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    measures: Measures = field(default_factory=Measures)
    painted: PaintFigures = field(default_factory=PaintFigures)
    said: UpstreamSays = field(default_factory=UpstreamSays)

    @property
    def tokens(self) -> Tokens:
        """Tokens of the answer, reasoning included."""
        return answer_tokens(self.usage, self.text_chars + self.reasoning_chars, self.parts)

    @property
    def throughput_tok_s(self) -> float | None:
        """Throughput in tokens per second, by the definition in `chat.metrics`."""
        return answer_pace_tok_s(
            self.usage, self.text_chars, self.reasoning_chars, self.timings, self.parts
        )


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A user message and the newest reply to it."""

    user: UserMessage
    reply: ReplyRecord


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message that waits for the running answer to end."""

    id: str
    owner: str
    conversation_id: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a search found its words.

    Attributes:
        title: The conversation's title.
        snippet: The text around the words, in parts; each with whether it is one of the words.
    """

    conversation_id: str
    title: str
    snippet: tuple[tuple[str, bool], ...]
