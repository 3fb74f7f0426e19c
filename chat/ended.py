"""Answers that have just ended: whoever asks for one a moment late still finds its log."""

import asyncio
import threading
from collections.abc import Collection

from chat.live import LiveReply

GRACE_S = 10.0
"""How long an ended answer can still be followed, so that nobody falls between end and store."""


class Ended:
    """Holds each log for the grace, and no longer.

    Args:
        grace_s: That time, in seconds.
    """

    def __init__(self, grace_s: float = GRACE_S) -> None:
        self._grace_s = grace_s
        self._held: dict[str, LiveReply] = {}
        self._lock = threading.Lock()

    def add(self, live: LiveReply) -> None:
        """Holds the log of an answer that has ended; called on the engine's loop."""
        with self._lock:
            self._held[live.id] = live
        asyncio.get_running_loop().call_later(self._grace_s, self._drop, live.id)

    def newest(self, owner: str, conversation_ids: Collection[str]) -> LiveReply | None:
        """The owner's answer that ended last in one of these conversations, or None."""
        with self._lock:
            held = list(self._held.values())
        found = (
            live
            for live in reversed(held)
            if live.owner == owner and live.conversation_id in conversation_ids
        )
        return next(found, None)

    def _drop(self, reply_id: str) -> None:
        with self._lock:
            self._held.pop(reply_id, None)
