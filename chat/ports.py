"""The seams: what the core asks of the outside, and what the outside promises."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from chat.conversations import Conversation, ReplyRecord, StoredTurn
from chat.events import Event
from chat.messages import ChatRequest, Secret

Clock = Callable[[], float]
"""Seconds on a monotonic clock; only differences mean anything."""


class Provider(Protocol):
    """Whom we ask for an answer."""

    def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:
        """Yields the answer's events as they arrive, `Finished` last.

        Promises: no event after `Finished`; closing or cancelling the iterator closes the
        upstream connection at once; no retry; nothing of `key` in any event or exception.

        Raises:
            ProviderError: the answer cannot be had, or broke off; the events before it stand.
        """
        ...


class Store(Protocol):
    """Where conversations are kept. Every call is made by an owner and sees only that owner's.

    Calls block; none is made on the engine's loop. Each is one transaction.

    Raises:
        StoreError: from every call, when the database cannot do it now.
    """

    def add_turn(self, turn: StoredTurn, conversation: Conversation) -> None:
        """Saves a user message and the empty reply to it, making the conversation if new.

        With an existing parent (a regenerated answer) the user message is already there and
        only the reply is added, as a sibling of the earlier ones.
        """
        ...

    def save_replies(self, records: Sequence[ReplyRecord]) -> None:
        """Writes the present state of some replies, running or ended, in one transaction."""
        ...

    def load_turns(self, owner: str, conversation_id: str) -> list[StoredTurn] | None:
        """The conversation's turns, oldest first, each with its newest reply; None if unknown."""
        ...

    def list_conversations(self, owner: str, limit: int) -> list[Conversation]:
        """The newest conversations, most recently used first."""
        ...

    def list_replies(self, owner: str, limit: int) -> list[ReplyRecord]:
        """The newest ended replies, newest first, for the metrics page; texts left out."""
        ...

    def mark_interrupted(self) -> int:
        """Marks replies that a dead process left running; gives their number."""
        ...

    def close(self) -> None:
        """Lets go of the database."""
        ...
