"""What the pages' reports amount to for each answer: the figures as a visitor's browser saw them.

In memory and bounded; a report is numbers only. Saving them is the route's affair.
"""

import threading
from dataclasses import dataclass, field

from chat.events import TextDelta
from chat.live import LiveReply
from chat.measures import PaintFigures, quantile

MOST_ANSWERS = 32
"""Answers whose reports and logs are held beyond their end, where no page says that it saw it."""
MOST_LAGS = 2000
"""Reports of one answer that count; one a second, so more than half an hour."""
JOINED_S = 2.0
"""A page that comes to an answer later than this, in seconds, did not see its beginning."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One report of a page.

    Attributes:
        painted_s: The elapsed time that stood beside the answer, in seconds; None where the report
            does not tell of one that was newly painted.
        first_ago_s: How long ago the first text was painted, where the page saw that happen.
        freeze_s: Longest time the page has not reacted so far.
    """

    painted_s: float | None = None
    first_ago_s: float | None = None
    freeze_s: float | None = None


@dataclass(slots=True)
class _Tally:
    """An answer's reports so far."""

    live: LiveReply
    saw_start: bool
    lags_s: list[float] = field(default_factory=list)
    ttft_s: float | None = None
    freeze_s: float | None = None


class PaintBook:
    """The reports of answers whose pages are, or just were, open.

    Args:
        is_kept: Whether anything is held at all.
    """

    def __init__(self, *, is_kept: bool = True) -> None:
        self.is_kept = is_kept
        self._lock = threading.Lock()
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def open(self, live: LiveReply) -> None:
        """A page begins to show a running answer."""
        if not self.is_kept:
            return
        with self._lock:
            saw_start = live.age_s < JOINED_S or not _has_text(live)
            self._tallies.setdefault((live.owner, live.id), _Tally(live, saw_start))
            ended = [key for key, tally in self._tallies.items() if tally.live.is_closed]
            for key in ended[:-MOST_ANSWERS]:
                del self._tallies[key]

    def note(self, owner: str, reply_id: str, seen: Seen) -> None:
        """Takes a report at the moment it comes; what nobody shows is passed over.

        Its way from the page to here is in the figures.
        """
        with self._lock:
            tally = self._tallies.get((owner, reply_id))
            if tally is None:
                return
            age_s = tally.live.age_s
            if seen.painted_s is not None and len(tally.lags_s) < MOST_LAGS:
                tally.lags_s.append(max(0.0, age_s - seen.painted_s))
            is_wanted = tally.saw_start and tally.ttft_s is None
            if is_wanted and seen.first_ago_s is not None and _has_text(tally.live):
                tally.ttft_s = max(0.0, age_s - seen.first_ago_s)
            if seen.freeze_s is not None:
                tally.freeze_s = max(tally.freeze_s or 0.0, min(seen.freeze_s, age_s))

    def end(self, owner: str, reply_id: str) -> PaintFigures | None:
        """A page has painted the answer's end: what it amounts to; None where nothing is known."""
        with self._lock:
            tally = self._tallies.pop((owner, reply_id), None)
        if tally is None or (tally.ttft_s is None and not tally.lags_s):
            return None
        lags_s = sorted(tally.lags_s)
        return PaintFigures(
            tally.ttft_s, quantile(lags_s, 0.50), quantile(lags_s, 0.95), tally.freeze_s
        )


def _has_text(live: LiveReply) -> bool:
    return any(isinstance(entry.event, TextDelta) for entry in live.read())
