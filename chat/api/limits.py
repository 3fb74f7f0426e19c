"""How much one client may ask for: requests a minute, answers at once, bytes. No routes."""

import threading
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager

from chat.api.refused import RequestRefused
from chat.live import LiveReply
from chat.ports import Clock

MINUTE_S = 60.0
REMEMBERED = 10_000
"""Owners whose requests are counted; the longest quiet are forgotten first."""


class RateLimit:
    """Lets each owner ask so often a minute, in bursts up to that number (a token bucket).

    Args:
        per_minute: Requests a minute.
        clock: Monotonic, in seconds.
    """

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, owner: str) -> float:
        """Counts a request; 0 where it may go on, else seconds until the next one may."""
        with self._lock:
            now_s = self._clock()
            left, at_s = self._left.pop(owner, (self._most, now_s))
            left = min(self._most, left + (now_s - at_s) * self._most / MINUTE_S)
            may = left >= 1
            self._left[owner] = (left - 1 if may else left, now_s)
            if len(self._left) > REMEMBERED:
                self._left.popitem(last=False)
        return 0.0 if may else (1 - left) * MINUTE_S / self._most


class Slots:
    """How many answers of one owner, or address, the API lets run at once.

    Used on the web server's loop only.

    Args:
        most: That number.
        running: How many of an owner's answers run now, whoever asked for them.
    """

    def __init__(self, most: int, running: Callable[[str], int]) -> None:
        self._most = most
        self._running = running
        self._beginning: Counter[str] = Counter()
        self._begun: dict[str, list[LiveReply]] = {}

    @contextmanager
    def one(self, names: Sequence[str]) -> Iterator[Callable[[LiveReply], None]]:
        """Holds a slot while an answer is being begun; yields what is to be told of it then.

        Args:
            names: The owner, and what else it counts for.

        Raises:
            RequestRefused: all are taken.
        """
        if any(self._taken(name) >= self._most for name in names):
            raise RequestRefused(f"Only {self._most} answers may run at once.", 429, 1)
        self._beginning.update(names)

        def runs(live: LiveReply) -> None:
            self._forget_ended()
            for name in names[1:]:
                self._begun.setdefault(name, []).append(live)

        try:
            yield runs
        finally:
            self._beginning -= Counter(names)

    def _taken(self, name: str) -> int:
        begun = sum(not live.is_closed for live in self._begun.get(name, ()))
        return max(self._running(name), begun) + self._beginning[name]

    def _forget_ended(self) -> None:
        """Lets go of ended answers' logs: no more of them are kept than were begun at once."""
        running = {
            name: [live for live in begun if not live.is_closed]
            for name, begun in self._begun.items()
        }
        self._begun = {name: begun for name, begun in running.items() if begun}


async def read_body(pieces: AsyncIterator[bytes], limit_bytes: int) -> bytes:
    """The body of a request, read no further than its limit.

    A client that is told so in the middle of its sending finds its connection closed.

    Raises:
        RequestRefused: it is larger.
    """
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > limit_bytes:
            raise RequestRefused(f"The body is too large; the limit is {limit_bytes:,} bytes.", 413)
    return bytes(body)
