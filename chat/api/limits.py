"""How much one client may ask for: requests a minute, bytes of a body. Counts only, no routes."""

import threading
from collections import OrderedDict
from collections.abc import AsyncIterator

from chat.api.chat_body import BodyRefused
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


async def read_body(pieces: AsyncIterator[bytes], limit_bytes: int) -> bytes:
    """The body of a request, read no further than its limit.

    Raises:
        BodyRefused: it is larger.
    """
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > limit_bytes:
            raise BodyRefused(f"The body is too large; the limit is {limit_bytes:,} bytes.", 413)
    return bytes(body)
