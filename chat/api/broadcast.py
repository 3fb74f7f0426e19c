"""One answer encoded once, sent to any number of followers, each at its own pace.

A follower holds a position and no bytes, so a slow one costs nothing and delays nobody. The log is
written on the engine's thread; followers live on the web server's loop, which is woken once for
all of them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Protocol

from chat.events import ENDINGS, Continued, Logged, StartedOver, TextDelta
from chat.live import LiveReply

KEEP_ALIVE_S = 15.0
"""Longest silence on a connection: proxies give up idle ones after 30 to 100 s."""
_SETTLES = (TextDelta, StartedOver, *ENDINGS)
PORTION_BYTES = 32_000
"""Most bytes handed to a connection at once; a replay of a long answer goes out in portions."""


class Encoder(Protocol):
    """A wire format: takes each entry of a log once, in order."""

    def encode(self, entry: Logged) -> str:
        """What the entry is on the wire, in whole events; "" where it is nothing."""
        ...


class Broadcast:
    """The bytes of one answer in one wire format, as far as they are there.

    Everything but the wake-up runs on the web server's loop.

    Args:
        live: The answer's log.
        encoder: A fresh encoder of the format.
        loop: The web server's loop.
    """

    def __init__(self, live: LiveReply, encoder: Encoder, loop: asyncio.AbstractEventLoop) -> None:
        self._live = live
        self._encoder = encoder
        self._loop = loop
        self._position = 0
        self._begun: Logged | None = None
        self._bytes = bytearray()
        self._has_ended = False
        self._grown = asyncio.Event()
        self._is_wake_due = False
        self._unwatch: Callable[[], None] = live.watch(self._wake)

    async def follow(self, keep_alive: bytes) -> AsyncIterator[bytes]:
        """Yields the whole answer from its first byte on, and ends with it.

        Args:
            keep_alive: What is sent in a silence; never between two parts of one event.
        """
        position = 0
        while True:
            self._read()
            if position < len(self._bytes):
                portion = bytes(self._bytes[position : position + PORTION_BYTES])
                position += len(portion)
                yield portion
            elif self._has_ended:
                return
            elif not await self._wait():
                yield keep_alive

    def close(self) -> None:
        """Hears no more of the log."""
        self._unwatch()

    def _read(self) -> None:
        """Encodes what is new in the log, whoever of the followers asks first."""
        entries = self._live.read(self._position)
        if not entries:
            return
        for entry in entries:
            for due in self._due(entry):
                self._bytes += self._encoder.encode(due).encode()
            # Only now: what cannot be encoded breaks every follower's stream, so that none of them
            # takes an answer with a hole in it for whole.
            self._position += 1
        self._has_ended = self._live.is_closed and not self._live.read(self._position)

    def _due(self, entry: Logged) -> Iterator[Logged]:
        """What is to be sent now. No wire format can take text back.

        So what an answer goes on from waits until its first new text, which says whether the model
        has gone on or started over.
        """
        if isinstance(entry.event, Continued):
            self._begun = entry
            return
        begun = self._begun
        if begun is not None and isinstance(entry.event, _SETTLES):
            self._begun = None
            if not isinstance(entry.event, StartedOver):
                yield begun
        yield entry

    async def _wait(self) -> bool:
        """Waits for the log to grow; False after a silence."""
        grown = self._grown
        try:
            async with asyncio.timeout(KEEP_ALIVE_S):
                await grown.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        """Called by the writer of the log, on its thread."""
        if self._is_wake_due:
            # One is on its way already, and its followers will read this entry, too.
            return
        self._is_wake_due = True
        # Where the server's loop is closed nobody follows any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._wake_followers)

    def _wake_followers(self) -> None:
        self._is_wake_due = False
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
