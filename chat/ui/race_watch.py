"""The lanes that stream in one drawing of the page, each in a thread of its own, and their ends.

A thread draws its lane's text only. Buttons are drawn by the page's own thread: a click within a
fragment is acted on when all of the page has been drawn, which a race is at its end.
"""

import threading
from collections.abc import Callable

from chat.ui.turnstile import drawing


class RaceWatch:
    """Who still streams, and what is to be drawn once somebody does not any more."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: set[str] = set()
        self._ended: list[Callable[[], None]] = []

    @property
    def has_lanes(self) -> bool:
        """Whether any lane streams, or has ended and is not drawn to its end."""
        with self._changed:
            return bool(self._running or self._ended)

    def add(self, lane_id: str) -> None:
        """A lane will stream."""
        with self._changed:
            self._running.add(lane_id)

    def end(self, lane_id: str, draw: Callable[[], None]) -> None:
        """A lane has drawn all of its text; `draw` draws its buttons, on the page's thread."""
        with self._changed:
            self._running.discard(lane_id)
            self._ended.append(draw)
            self._changed.notify_all()

    def draw_ended(self, timeout_s: float) -> bool:
        """Draws what lanes have left to the page's thread; waits so many seconds for one to end.

        Returns:
            Whether any lane still streams.
        """
        drawing.leave()
        with self._changed:
            self._changed.wait_for(lambda: bool(self._ended), timeout_s)
            ended, self._ended = self._ended, []
            is_running = bool(self._running)
        for draw in ended:
            draw()
        return is_running
