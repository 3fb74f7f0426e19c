"""What the pages say about their painting: one small report for each page that shows an answer.

Only the newest report counts, and only while its page's reader runs. Nothing here waits.
"""

import threading
from dataclasses import dataclass

from chat.pacing import Load
from chat.ports import Clock

REPORT_S = 1.5
"""A page that is not behind reports at least this often."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A page's report.

    Attributes:
        lag_s: From the moment the server wrote its figures until the page had painted them.
        is_hidden: Whether nobody can see the page.
    """

    lag_s: float
    is_hidden: bool


class PaintBoard:
    """Who reads which answer now, and what their pages reported last.

    A key is the page's and the answer's id; reports for any other key are dropped, so that the
    board never holds more than there are readers.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._reports: dict[tuple[str, str], tuple[float, Painted] | None] = {}

    def open(self, view: str, reply_id: str) -> None:
        """Begins to take reports of a page about an answer."""
        with self._lock:
            self._reports[view, reply_id] = None

    def close(self, view: str, reply_id: str) -> None:
        """Ends that."""
        with self._lock:
            self._reports.pop((view, reply_id), None)

    def post(self, view: str, reply_id: str, painted: Painted) -> None:
        """Takes a report; it replaces the one before."""
        with self._lock:
            if (view, reply_id) in self._reports:
                self._reports[view, reply_id] = (self._clock(), painted)

    @property
    def readers(self) -> int:
        """Answers that this process is sending to pages now."""
        # No lock: the server asks for each message, and all who stream take it at every frame.
        return len(self._reports)

    def load(self, view: str, reply_id: str) -> Load:
        """What stands in the way of that reader now.

        A page that has reported before and now does not is behind: it has not come to it.
        """
        with self._lock:
            report, readers = self._reports.get((view, reply_id)), len(self._reports)
        if report is None:
            return Load(readers=readers)
        at_s, painted = report
        silent_s = self._clock() - at_s - REPORT_S
        return Load(max(painted.lag_s, silent_s), painted.is_hidden, readers)
