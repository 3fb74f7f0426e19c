"""Messages that wait for the running answer to end, and their sending when it has.

They are kept in the store, so that none is lost; how they are to be asked (the key above all) is
only in memory. After a restart they wait for the visitor to send them.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chat.conversations import Outcome, QueuedMessage, new_id
from chat.errors import StoreError
from chat.live import LiveReply
from chat.ports import Store
from chat.refusals import MessageRefused
from chat.turn import Ask, Turns

_log = logging.getLogger(__name__)

GOES_ON_AFTER: frozenset[Outcome] = frozenset({"completed", "truncated", "filtered", "stopped"})
"""After any other ending the next message would most likely fail the same way."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The waiting messages of one room.

    Attributes:
        store: Keeps them.
        turns: Sends them.
        now: The present moment, UTC.
    """

    store: Store
    turns: Turns
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _asks: dict[str, Ask] = field(default_factory=dict, init=False, repr=False)
    _unkept: dict[str, QueuedMessage] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _sending: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def add(self, owner: str, conversation_id: str, text: str, ask: Ask) -> None:
        """Keeps a message until the conversation's answer has ended.

        Raises:
            MessageRefused: it could never be sent.
            StoreError: it cannot be kept now.
        """
        self.turns.check(text, ask)
        message = QueuedMessage(new_id(), owner, conversation_id, text, self.now())
        self.store.queue(message)
        with self._lock:
            self._asks[message.id] = ask
        # Where the answer ended while the message was being kept, nobody else will send it.
        self.send_next(owner, conversation_id)

    def waiting(self, owner: str, conversation_id: str) -> list[QueuedMessage]:
        """The waiting messages, oldest first.

        One that is just being sent is either still among them, or its turn has begun: whoever
        reads the conversation after this sees it in one of the two places.

        Raises:
            StoreError: they cannot be read now.
        """
        with self._sending:
            return self._waiting(owner, conversation_id)

    def _waiting(self, owner: str, conversation_id: str) -> list[QueuedMessage]:
        found = {message.id: message for message in self.store.list_queued(owner, conversation_id)}
        with self._lock:
            unkept = list(self._unkept.values())
        for message in unkept:
            if (message.owner, message.conversation_id) == (owner, conversation_id):
                found[message.id] = message
        # One that could not be sent was kept anew, after those that came later.
        return sorted(found.values(), key=lambda message: message.created_at)

    def sends_by_itself(self, message: QueuedMessage) -> bool:
        """Whether the message goes out when the answer has ended, without the visitor."""
        with self._lock:
            return message.id in self._asks

    def remove(self, owner: str, message_id: str) -> bool:
        """Takes a message out; False where it has been sent or removed already.

        Raises:
            StoreError: it cannot be removed now.
        """
        is_removed = self._take(owner, message_id)
        if is_removed:
            with self._lock:
                self._asks.pop(message_id, None)
        return is_removed

    def send(self, message: QueuedMessage, ask: Ask) -> LiveReply | None:
        """Sends a waiting message now; None where somebody else has taken it.

        Raises:
            MessageRefused: an answer is running, or the conversation is gone; it goes on waiting.
            StoreError: the store is away; it goes on waiting.
        """
        with self._sending:
            return self._send(message, ask)

    def send_next(self, owner: str, conversation_id: str) -> LiveReply | None:
        """Sends the oldest waiting message that knows how to be asked; None where there is none.

        Called when an answer has ended. What cannot be sent now goes on waiting.
        """
        with self._sending:
            try:
                return self._send_next(owner, conversation_id)
            except (MessageRefused, StoreError) as error:
                _log.warning("A queued message could not be sent: %s", error)
        return None

    def _send_next(self, owner: str, conversation_id: str) -> LiveReply | None:
        if self.turns.is_answering(owner, conversation_id):
            return None
        for message in self._waiting(owner, conversation_id):
            with self._lock:
                ask = self._asks.get(message.id)
            live = self._send(message, ask) if ask is not None else None
            if live is not None:
                return live
        return None

    def _send(self, message: QueuedMessage, ask: Ask) -> LiveReply | None:
        if not self._take(message.owner, message.id):
            return None
        try:
            live = self.turns.begin(message.owner, message.conversation_id, message.text, ask)
        except (MessageRefused, StoreError):
            self._put_back(message)
            raise
        with self._lock:
            self._asks.pop(message.id, None)
        return live

    def _take(self, owner: str, message_id: str) -> bool:
        with self._lock:
            unkept = self._unkept.get(message_id)
            if unkept is not None and unkept.owner == owner:
                del self._unkept[message_id]
                return True
        return self.store.unqueue(owner, message_id)

    def _put_back(self, message: QueuedMessage) -> None:
        try:
            self.store.queue(message)
        except StoreError:
            with self._lock:
                self._unkept[message.id] = message
