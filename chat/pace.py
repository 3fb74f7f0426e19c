"""How an answer grows: its pace in the last moments, and its tokens over time. Folds over its log.

While an answer runs nobody has counted its tokens, so they are estimated from its characters.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chat.events import Logged, ReasoningDelta, RequestSent, TextDelta
from chat.metrics import CHARS_PER_TOKEN

WINDOW_S = 2.0
CURVE_POINTS = 120


@dataclass(slots=True)
class Pace:
    """Tokens per second over a sliding window; feed it each entry of the log once, in order."""

    window_s: float = WINDOW_S
    _arrived: deque[tuple[float, int]] = field(default_factory=deque)
    _first_s: float | None = None

    def feed(self, entries: Iterable[Logged]) -> None:
        """Takes in the next entries of the log."""
        for entry in entries:
            if isinstance(entry.event, TextDelta | ReasoningDelta):
                if self._first_s is None:
                    # As in a throughput, what came first took its time before the stretch began.
                    self._first_s = entry.at_s
                else:
                    self._arrived.append((entry.at_s, len(entry.event.text)))

    def tok_s(self, now_s: float) -> float | None:
        """Characters that arrived within the window ÷ 4 ÷ its length; None before the first.

        Args:
            now_s: The present moment on the log's clock. While the answer is younger than the
                window, the window begins with the first delta.
        """
        if self._first_s is None:
            return None
        start_s = max(self._first_s, now_s - self.window_s)
        while self._arrived and self._arrived[0][0] < start_s:
            self._arrived.popleft()
        if now_s <= start_s:
            return None
        chars = sum(count for _, count in self._arrived)
        return chars / CHARS_PER_TOKEN / (now_s - start_s)


@dataclass(frozen=True, slots=True)
class Point:
    """How far an answer was.

    Attributes:
        at_s: Seconds since its first request was sent.
        tokens: Tokens up to then.
    """

    at_s: float
    tokens: float


def curve_of(log: Sequence[Logged], tokens: int) -> list[Point]:
    """Cumulative tokens over time, from the request to the last delta; a chunk is not a token.

    Args:
        log: All entries.
        tokens: How many the answer has; they are spread over its characters.
    """
    sent_s = next((entry.at_s for entry in log if isinstance(entry.event, RequestSent)), None)
    if sent_s is None:
        return []
    points = [(0.0, 0)]
    for entry in log:
        if isinstance(entry.event, TextDelta | ReasoningDelta):
            points.append((entry.at_s - sent_s, points[-1][1] + len(entry.event.text)))
    chars = points[-1][1]
    if not chars:
        return []
    return [Point(at_s, tokens * count / chars) for at_s, count in _thinned(points)]


def _thinned(points: Sequence[tuple[float, int]]) -> Sequence[tuple[float, int]]:
    """About `CURVE_POINTS` of them, the first two and the last among them."""
    step = -(-len(points) // CURVE_POINTS)
    if step == 1:
        return points
    return [*points[:2], *points[2:-1:step], points[-1]]
