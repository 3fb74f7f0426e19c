"""The line that says how far apart the lanes' requests left, which is known soon after they did."""

import time

import streamlit as st

from chat.comparison import Round
from chat.errors import StoreError
from chat.ui import session
from chat.ui.wiring import services

FIRST_LOOK_S = 0.3
LOOKS = 6
"""Each after twice the time of the one before: the last after some 20 s."""


class StartLine:
    """The line of one round, drawn where it is made.

    Args:
        race_id: The comparison.
        held: Its last round.
        is_running: Whether a lane of it still answers, so that it may change.
    """

    def __init__(self, tab: session.Tab, race_id: str, held: Round, *, is_running: bool) -> None:
        self._owner, self._race_id = tab.owner, race_id
        self._place = st.empty()
        self._shown = ""
        self._left = LOOKS if is_running else 0
        self._wait_s = FIRST_LOOK_S
        self._due_s = time.monotonic() + self._wait_s
        self._draw(held)

    def look(self) -> None:
        """Reads anew what is known, if it is time to."""
        if not self._left or time.monotonic() < self._due_s:
            return
        self._left -= 1
        self._wait_s *= 2
        self._due_s += self._wait_s
        try:
            found = services().kept.store.comparisons.load(self._owner, self._race_id)
        except StoreError:
            return  # the page says already that the database is away
        if found is not None:
            self._draw(found.rounds[-1])

    def _draw(self, held: Round) -> None:
        line = start_line(held, may_change=self._left > 0)
        if line != self._shown:
            self._shown = line
            self._place.caption(line)


def start_line(held: Round, *, may_change: bool) -> str:
    """How far apart the requests left, in words."""
    starts_s = [entry.start_s for entry in held.entries if entry.start_s is not None]
    if len(starts_s) > 1:
        apart_ms = max(starts_s) * 1000
        return f":material/flag: The requests left within {apart_ms:.0f} ms of each other."
    if may_change:
        return ":material/flag: The requests are leaving…"
    return ":material/flag: Lanes were started one by one."
