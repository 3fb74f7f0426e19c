"""An answer's life read from its recorded log: its legs, how it grew, the pause before each word.

Pure folds; moments are seconds since the first request was sent. What is drawn of them is in
`chat.ui.flight`.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from chat.events import (
    ENDINGS,
    Continued,
    Logged,
    Opened,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    StartedOver,
    SwitchedModel,
    TextDelta,
)
from chat.measures import STALL_S
from chat.pace import Point

Kind = Literal["connect", "queue", "reasoning", "text", "stall", "retry", "reconnect", "end"]

MOST_POINTS = 600
_WORD = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of an answer's life, in seconds since its first request.

    Kinds: `connect` request → headers · `queue` headers → first delta · `reasoning`, `text` those
    deltas · `stall` a gap of more than `STALL_S` between two · `retry` a failed try → the next
    request · `reconnect` last delta before a break → the next request · `end` last delta → end.
    """

    kind: Kind
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it took, in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Growth:
    """How an answer's tokens came.

    Attributes:
        points: Cumulative tokens; thinned, but the ends of each gap are among them.
        gaps: The stalls and breaks.
    """

    points: tuple[Point, ...]
    gaps: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word with the space before it, and what was waited for it.

    Attributes:
        pause_s: From the end of the word before it to its first character; for the first word
            since the request. None where nobody waited: it is what was continued.
    """

    text: str
    pause_s: float | None


def legs_of(log: Sequence[Logged]) -> list[Leg]:
    """The stretches of an answer's life in order, without holes; none of no length."""
    life = _Life()
    for entry in log:
        life.take(entry, log[0].at_s)
    return life.legs


@dataclass(slots=True)
class _Life:
    """Walks through a log."""

    legs: list[Leg] = field(default_factory=list)
    _kind: Kind = "connect"
    _since_s: float = 0.0
    _delta_s: float | None = None

    def take(self, entry: Logged, zero_s: float) -> None:
        at_s = max(entry.at_s - zero_s, self._since_s)
        match entry.event:
            case RequestSent():
                self._enter("connect", at_s)
            case Opened() if self._kind == "connect":
                self._enter("queue", at_s)
            case ReasoningDelta():
                self._grow("reasoning", at_s)
            case TextDelta():
                self._grow("text", at_s)
            case Retrying() | SwitchedModel():
                self._enter("retry", at_s)
            case Reconnecting():
                self._enter("reconnect", at_s if self._delta_s is None else self._delta_s)
            case event if isinstance(event, ENDINGS):
                if self._kind in {"reasoning", "text"} and self._delta_s is not None:
                    self._enter("end", self._delta_s)
                self._enter("end", at_s)

    def _grow(self, kind: Kind, at_s: float) -> None:
        is_growing = self._kind in {"reasoning", "text"}
        if is_growing and self._delta_s is not None and at_s - self._delta_s > STALL_S:
            self._enter("stall", self._delta_s)
        if self._kind != kind:
            self._enter(kind, at_s)
        self._delta_s = at_s

    def _enter(self, kind: Kind, at_s: float) -> None:
        if at_s > self._since_s:
            self.legs.append(Leg(self._kind, self._since_s, at_s))
        self._kind, self._since_s = kind, max(self._since_s, at_s)


def growth_of(log: Sequence[Logged], tokens: int) -> Growth:
    """How the tokens came.

    Args:
        log: All entries.
        tokens: How many the answer has; they are spread over its characters.
    """
    gaps = tuple(leg for leg in legs_of(log) if leg.kind in {"stall", "reconnect"})
    came = [(0.0, 0)]
    for entry in log:
        if isinstance(entry.event, TextDelta | ReasoningDelta):
            # Where the clock went back the curve stands still, as the legs do.
            at_s = max(entry.at_s - log[0].at_s, came[-1][0])
            came.append((at_s, came[-1][1] + len(entry.event.text)))
    chars = came[-1][1]
    if not chars:
        return Growth((), gaps)
    ends = {moment for leg in gaps for moment in (leg.start_s, leg.end_s)}
    step = -(-len(came) // MOST_POINTS)
    kept = [
        held
        for place, held in enumerate(came)
        if place % step == 0 or place in {1, len(came) - 1} or held[0] in ends
    ]
    return Growth(tuple(Point(at_s, tokens * count / chars) for at_s, count in kept), gaps)


def words_of(log: Sequence[Logged]) -> list[Word]:
    """The text word by word, each with the pause before it; joined they are the text."""
    starts: list[int] = []
    arrived_s: list[float | None] = []
    pieces: list[str] = []
    size = 0
    for entry in log:
        match entry.event:
            case StartedOver():
                starts, arrived_s, pieces, size = [], [], [], 0
            case TextDelta(text) | Continued(text):
                is_new = isinstance(entry.event, TextDelta)
                starts.append(size)
                arrived_s.append(entry.at_s if is_new else None)
                pieces.append(text)
                size += len(text)
    whole = "".join(pieces)

    def came_s(place: int) -> float | None:
        return arrived_s[bisect_right(starts, place) - 1]

    words = []
    for found in _WORD.finditer(whole):
        lead = len(found[0]) - len(found[0].lstrip())
        first = min(found.start() + lead, len(whole) - 1)
        now_s = came_s(first)
        before_s = came_s(found.start() - 1) if found.start() else None
        since_s = log[0].at_s if before_s is None else before_s
        words.append(Word(found[0], None if now_s is None else max(0.0, now_s - since_s)))
    return words
