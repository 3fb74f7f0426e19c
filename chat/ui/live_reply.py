"""The answer that is being written: a reader of its log, drawn with `st.write_stream`.

The reader never waits long without giving Streamlit the chance to act on a click, and its end,
however it comes, does nothing to the producer. How blocks become elements is in `live_blocks`.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import streamlit as st
from streamlit.elements.lib.mutable_status_container import StatusContainer

from chat.events import Continued, Logged, ReasoningDelta, StartedOver, TextDelta
from chat.live import LiveReply
from chat.pacing import READER_S, Frames, Load
from chat.reply import ReplyFold
from chat.segments import Action
from chat.ui.finished_blocks import finished_blocks
from chat.ui.live_blocks import draw_blocks
from chat.ui.live_state import LiveState
from chat.ui.reply_stats import reasoning_line
from chat.ui.session import yield_to_clicks
from chat.ui.turnstile import drawing, painting

WAIT_S = 0.04
"""Longest wait without giving Streamlit the chance to act on a click; longer where many read."""
HEADER_S = 0.5
HEADER_READER_S = 0.015
"""Time between two such looks at the figures that each reader of a process is good for."""

Item = TypeVar("Item")
Wait = Callable[[int, float], Sequence[Logged]]
"""Reads the log from a position on, after at most so many seconds."""


def draw_live_reply(
    live: LiveReply,
    draw_header: Callable[[ReplyFold, LiveState], object],
    load: Callable[[], Load],
    *,
    shows_reasoning: bool = True,
) -> ReplyFold:
    """Draws the answer until it ends, from its first word on, wherever it stands already.

    Args:
        live: The answer's log.
        draw_header: Shows how the answer stands; called at every change and twice a second.
        load: Tells what stands in the way of painting now.
        shows_reasoning: Whether what the model has thought is drawn, folded, above the text.

    Returns:
        What the log amounted to at its end.
    """
    drawing.leave()
    reader = _Reader(live, draw_header, load, shows_reasoning=shows_reasoning)
    with painting.passing():
        reader.wait_for_delta()
        if shows_reasoning and reader.fold.reasoning_chars:
            with st.status(reasoning_line(reader.fold.timings, live.age_s)) as box:
                reader.reasoning_box = box
                draw_blocks(reader.actions(reader.next_reasoning))
            box.update(label=reasoning_line(reader.fold.timings, None))
            reader.reasoning_box = None
        draw_blocks(reader.actions(reader.next_text))
        reader.hand_on_blocks()
    return reader.fold


def has_started_over(live: LiveReply) -> bool:
    """Whether the model began again, so that what it was to go on from is not part of this."""
    return any(isinstance(entry.event, StartedOver) for entry in live.read())


class _Reader:
    """One reader of one log, with its position and what it has not shown yet."""

    def __init__(
        self,
        live: LiveReply,
        draw_header: Callable[[ReplyFold, LiveState], object],
        load: Callable[[], Load],
        *,
        shows_reasoning: bool,
    ) -> None:
        self.fold = ReplyFold()
        self.reasoning_box: StatusContainer | None = None
        self._state = LiveState()
        self._live = live
        self._draw_header = draw_header
        self._load = load
        self._shows_reasoning = shows_reasoning
        self._position = 0
        self._header_s = HEADER_S
        self._header_due_s = 0.0
        self._shown_changes = 0
        self._reasoning: list[str] = []
        self._text: list[str] = []
        self._has_shown = False
        self._frames = Frames()

    def wait_for_delta(self) -> None:
        """Waits until there is something to show, or the answer has ended."""
        while self._pull(self._live.wait, WAIT_S) and not (self._reasoning or self._text):
            pass

    def next_reasoning(self, wait: Wait, wait_s: float) -> str | None:
        """New reasoning, "" for none yet, or None once the answer itself has begun."""
        if self._text:
            return "".join(_take(self._reasoning)) or None
        goes_on = self._pull(wait, 0.0 if self._reasoning else wait_s)
        return "".join(_take(self._reasoning)) or ("" if goes_on else None)

    def next_text(self, wait: Wait, wait_s: float) -> str | None:
        """New text, "" for none yet, or None at the end."""
        # What is there already, the first word above all, is not made to wait for the next.
        goes_on = self._pull(wait, 0.0 if self._text else wait_s)
        self._has_shown = self._has_shown or bool(self._text)
        return "".join(_take(self._text)) or ("" if goes_on else None)

    def actions(self, next_piece: Callable[[Wait, float], str | None]) -> Iterator[Action]:
        """What is to be drawn, when it is worth painting."""
        self._frames = frames = Frames()
        while True:
            load = self._load()
            frames.bear(load)
            self._header_s = max(HEADER_S, load.readers * HEADER_READER_S)
            now_s = time.monotonic()
            due_s, rest_s = frames.wait_s(now_s), frames.rest_s(now_s)
            # While no frame can be due nobody needs to wake up for every word.
            wait = self._live.wait if due_s == math.inf and not rest_s else self._live.gather
            most_s = max(WAIT_S, load.readers * READER_S)
            piece = next_piece(wait, min(most_s, due_s, rest_s or due_s))
            if piece is None:
                yield from frames.finish()
                return
            if piece:
                frames.feed(piece, time.monotonic())
            if frames.wait_s(time.monotonic()) <= 0:
                yield from frames.take(time.monotonic())

    def hand_on_blocks(self) -> None:
        """Saves whoever draws the finished answer to cut it anew."""
        if self.fold.outcome == "completed":
            finished_blocks.learn(self.fold.text, self._frames.elements(self.fold.text))

    def _pull(self, wait: Wait, wait_s: float) -> bool:
        """Reads on; False once the log has ended and all of it was read."""
        yield_to_clicks()
        with painting.stepping_aside():
            entries = wait(self._position, wait_s)
        self._position += len(entries)
        self.fold.feed(entries)
        self._state.feed(entries)
        for entry in entries:
            match entry.event:
                case TextDelta(text) | Continued(text):
                    self._text.append(text)
                case StartedOver():
                    self._start_over()
                case ReasoningDelta(text) if self._shows_reasoning:
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
            self._header_due_s = now_s + self._header_s
            self._shown_changes = self._state.changes
            self._draw_header(self.fold, self._state)
            if self.reasoning_box is not None:
                line = reasoning_line(self.fold.timings, self._live.age_s)
                self.reasoning_box.update(label=line)


def _take(items: list[Item]) -> list[Item]:
    taken = items[:]
    items.clear()
    return taken
