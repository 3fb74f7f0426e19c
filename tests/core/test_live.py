"""The log of one answer: readers that come and go, one writer, one ending."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import CLOSED, PATIENCE_S, STOPPED, HandClock, a_live, text_of

from chat.errors import Failure
from chat.events import (
    Continued,
    Event,
    Failed,
    Finished,
    Logged,
    ReasoningDelta,
    RequestSent,
    StartedOver,
    TextDelta,
)
from chat.live import LiveReply
from chat.reply import ReplyFold

FINISHED = Finished("stop")
EVENTS = st.one_of(
    st.just(RequestSent()),
    st.text(min_size=1, max_size=5).map(TextDelta),
    st.text(min_size=1, max_size=5).map(ReasoningDelta),
)
READERS = 3


class Reader:
    """A reader that may stay away as long as it likes; it remembers its place."""

    def __init__(self, live: LiveReply, position: int = 0) -> None:
        self._live = live
        self._position = position
        self.seen: list[Logged] = []

    def read_on(self, timeout_s: float = 0) -> Sequence[Logged]:
        entries = self._live.wait(self._position, timeout_s)
        self._position += len(entries)
        self.seen += entries
        return entries


@given(st.lists(st.one_of(EVENTS, st.integers(0, READERS - 1))))
def test_readers_that_come_and_go_show_the_text_exactly_once(steps: list[Event | int]) -> None:
    live = a_live()
    readers = [Reader(live) for _ in range(READERS)]

    for step in steps:
        if isinstance(step, int):
            readers[step].read_on()
        else:
            live.append(step)
    live.append(FINISHED)

    for reader in readers:
        reader.read_on()
        assert reader.seen == live.read()
    written = "".join(step.text for step in steps if isinstance(step, TextDelta))
    assert text_of(readers[0].seen) == written


WORDS = st.text("ab ", min_size=1, max_size=9)


@st.composite
def continued_logs(draw: st.DrawFn) -> list[Event]:
    """A log as `continued` makes them: what was there, then text, perhaps begun anew."""
    is_continued, is_anew = draw(st.booleans()), draw(st.booleans())
    before = [Continued(draw(WORDS))] if is_continued else []
    thoughts = draw(st.lists(WORDS.map(ReasoningDelta), max_size=2))
    anew = [StartedOver()] if is_continued and is_anew else []
    return [RequestSent(), *before, *thoughts, *anew, *draw(st.lists(WORDS.map(TextDelta)))]


@given(continued_logs(), st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=30))
def test_a_reader_that_leaves_and_comes_back_shows_the_logs_text_exactly_once(
    events: list[Event], visits: list[tuple[bool, int]]
) -> None:
    live = a_live()
    coming = iter([*events, FINISHED])
    reader, shown = Reader(live), ReplyFold()

    for is_new_tab, count in visits:
        for event in islice(coming, count):
            live.append(event)
        if is_new_tab:
            reader, shown = Reader(live), ReplyFold()
        shown.feed(reader.read_on())
        assert shown.text == text_shown(live)
    for event in coming:
        live.append(event)
    shown.feed(reader.read_on())

    assert shown.text == text_shown(live)
    assert shown.reasoning == "".join(e.text for e in events if isinstance(e, ReasoningDelta))


def text_shown(live: LiveReply) -> str:
    """What the log says is the answer's text: all of it since the last start."""
    events = [entry.event for entry in live.read()]
    starts = [n for n, event in enumerate(events) if isinstance(event, StartedOver)]
    since = events[starts[-1] :] if starts else events
    return "".join(event.text for event in since if isinstance(event, Continued | TextDelta))


@given(st.lists(EVENTS, max_size=20), st.integers(0, 25))
def test_a_reader_that_joins_at_a_position_sees_what_follows_it(
    events: list[Event], position: int
) -> None:
    live = a_live()
    for event in events:
        live.append(event)

    assert [entry.event for entry in live.read(position)] == events[position:]


def test_entries_are_numbered_and_timed_as_they_arrive() -> None:
    clock = HandClock()
    live = a_live(clock=clock)

    live.append(RequestSent())
    clock.turn(1.5)
    live.append(TextDelta("a"))

    assert live.read() == [Logged(0, 0.0, RequestSent()), Logged(1, 1.5, TextDelta("a"))]


def test_threads_that_join_while_it_is_written_miss_and_repeat_nothing() -> None:
    live = a_live()

    def follow(_: int) -> str:
        reader = Reader(live)
        while not (live.is_closed and len(reader.seen) == len(live.read())):
            reader.read_on(timeout_s=0.01)
        return text_of(reader.seen)

    with ThreadPoolExecutor(6) as threads:
        shown = [threads.submit(follow, n) for n in range(3)]
        for n in range(2000):
            live.append(TextDelta(f"{n} "))
            if n in {500, 1000, 1500}:
                shown.append(threads.submit(follow, n))
        live.append(FINISHED)

    assert {future.result(PATIENCE_S) for future in shown} == {text_of(live.read())}


@pytest.mark.parametrize("ending", [FINISHED, Failed(Failure("refused")), STOPPED, CLOSED])
def test_what_comes_after_an_ending_is_dropped(ending: Event) -> None:
    live = a_live()
    live.append(ending)

    live.append(TextDelta("late"))
    live.append(Finished("length"))

    assert [entry.event for entry in live.read()] == [ending]
    assert live.is_closed


def test_a_waiting_reader_is_woken_by_the_next_entry() -> None:
    live = a_live()

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(live.wait, 0, PATIENCE_S)
        live.append(TextDelta("a"))
        entries = waiting.result(PATIENCE_S / 2)

    assert text_of(entries) == "a"


def test_waiting_ends_with_nothing_when_nothing_comes() -> None:
    assert a_live().wait(0, 0.01) == []


def test_waiting_at_the_end_of_a_closed_log_does_not_wait() -> None:
    live = a_live()
    live.append(FINISHED)

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(live.wait, 1, 3600).result(PATIENCE_S) == []


def test_waiting_for_the_end_outlasts_other_entries() -> None:
    live = a_live()
    live.append(TextDelta("a"))
    assert not live.wait_end(0.01)

    threading.Timer(0.01, live.append, [FINISHED]).start()

    assert live.wait_end(PATIENCE_S)


def test_the_age_counts_from_the_request() -> None:
    clock = HandClock()
    live = a_live(clock=clock)
    clock.turn(5)
    assert live.age_s == 0

    live.append(RequestSent())
    clock.turn(2)

    assert live.age_s == 2
