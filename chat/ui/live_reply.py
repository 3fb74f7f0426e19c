"""The answer that is being written: a reader of its log, drawn with `st.write_stream`.

The reader never waits long without giving Streamlit the chance to act on a click, and its end,
however it comes, does nothing to the producer.
"""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import streamlit as st
from streamlit.elements.lib.mutable_status_container import StatusContainer

from chat.events import Continued, ReasoningDelta, StartedOver, TextDelta
from chat.live import LiveReply
from chat.pacing import Frames
from chat.reply import ReplyFold
from chat.segments import Action, Piece
from chat.ui.live_state import LiveState
from chat.ui.reply_stats import reasoning_line
from chat.ui.session import yield_to_clicks

CURSOR = "▌"
WAIT_S = 0.04
"""Longest wait without giving Streamlit the chance to act on a click."""
HEADER_S = 0.25

Item = TypeVar("Item")
Frame = str | Callable[[], None]


def draw_live_reply(
    live: LiveReply, draw_header: Callable[[ReplyFold, LiveState], object]
) -> ReplyFold:
    """Draws the answer until it ends, from its first word on, wherever it stands already.

    Args:
        live: The answer's log.
        draw_header: Shows how the answer stands; called at every change and a few times a second.

    Returns:
        What the log amounted to at its end.
    """
    reader = _Reader(live, draw_header)
    reader.wait_for_delta()
    if reader.fold.reasoning_chars:
        with st.status(reasoning_line(reader.fold.timings, live.age_s)) as box:
            reader.reasoning_box = box
            st.write_stream(reader.frames(reader.next_reasoning), cursor=CURSOR)
        box.update(label=reasoning_line(reader.fold.timings))
        reader.reasoning_box = None
    st.write_stream(reader.frames(reader.next_text), cursor=CURSOR)
    return reader.fold


def has_started_over(live: LiveReply) -> bool:
    """Whether the model began again, so that what it was to go on from is not part of this."""
    return any(isinstance(entry.event, StartedOver) for entry in live.read())


class _Reader:
    """One reader of one log, with its position and what it has not shown yet."""

    def __init__(
        self, live: LiveReply, draw_header: Callable[[ReplyFold, LiveState], object]
    ) -> None:
        self.fold = ReplyFold()
        self.reasoning_box: StatusContainer | None = None
        self._state = LiveState()
        self._live = live
        self._draw_header = draw_header
        self._position = 0
        self._header_due_s = 0.0
        self._shown_changes = 0
        self._reasoning: list[str] = []
        self._text: list[str] = []
        self._has_shown = False

    def wait_for_delta(self) -> None:
        """Waits until there is something to show, or the answer has ended."""
        while self._pull(WAIT_S) and not (self._reasoning or self._text):
            pass

    def next_reasoning(self, wait_s: float) -> str | None:
        """New reasoning, "" for none yet, or None once the answer itself has begun."""
        if self._text:
            return "".join(_take(self._reasoning)) or None
        goes_on = self._pull(0.0 if self._reasoning else wait_s)
        return "".join(_take(self._reasoning)) or ("" if goes_on else None)

    def next_text(self, wait_s: float) -> str | None:
        """New text, "" for none yet, or None at the end."""
        # What is there already, the first word above all, is not made to wait for the next.
        goes_on = self._pull(0.0 if self._text else wait_s)
        self._has_shown = self._has_shown or bool(self._text)
        return "".join(_take(self._text)) or ("" if goes_on else None)

    def frames(self, next_piece: Callable[[float], str | None]) -> Iterator[Frame]:
        """What `st.write_stream` is given: text as it is worth painting, and block ends."""
        frames = Frames()
        while True:
            wait_s = min(WAIT_S, frames.wait_s(time.monotonic()))
            piece = next_piece(wait_s)
            if piece is None:
                yield from _as_stream(frames.finish())
                return
            if piece:
                frames.feed(piece, time.monotonic())
            if frames.wait_s(time.monotonic()) <= 0:
                yield from _as_stream(frames.take(time.monotonic()))

    def _pull(self, wait_s: float) -> bool:
        """Reads on; False once the log has ended and all of it was read."""
        yield_to_clicks()
        entries = self._live.wait(self._position, wait_s)
        self._position += len(entries)
        self.fold.feed(entries)
        self._state.feed(entries)
        for entry in entries:
            match entry.event:
                case TextDelta(text) | Continued(text):
                    self._text.append(text)
                case StartedOver():
                    self._start_over()
                case ReasoningDelta(text):
                    self._reasoning.append(text)
        self._show_figures()
        return self.fold.outcome is None

    def _start_over(self) -> None:
        """What was to be gone on from is not part of the answer; shown text cannot be unshown."""
        if self._has_shown:
            st.rerun()
        self._text.clear()

    def _show_figures(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._header_due_s or self._state.changes != self._shown_changes:
            self._header_due_s = now_s + HEADER_S
            self._shown_changes = self._state.changes
            self._draw_header(self.fold, self._state)
            if self.reasoning_box is not None:
                line = reasoning_line(self.fold.timings, self._live.age_s)
                self.reasoning_box.update(label=line)


def _take(items: list[Item]) -> list[Item]:
    taken = items[:]
    items.clear()
    return taken


def _as_stream(actions: list[Action]) -> Iterator[Frame]:
    """Actions as `st.write_stream` takes them.

    A callable makes it close its text element for good and begin another one, so that a finished
    block of Markdown is never sent again.
    """
    for action in actions:
        yield action.text if isinstance(action, Piece) else _end_of_block


def _end_of_block() -> None:
    """Called by `st.write_stream` between two blocks; that it is callable is all it is for."""
