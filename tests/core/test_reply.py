"""The fold over a log: text, outcome, usage and the moments that matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.conversations import Outcome
from chat.errors import Failure, FailureKind
from chat.events import (
    Event,
    Failed,
    Finished,
    Logged,
    Opened,
    ReasoningDelta,
    RequestSent,
    Stopped,
    TextDelta,
    Usage,
    UsageReported,
)
from chat.metrics import Timings
from chat.reply import ReplyFold

TEXTS = st.text(min_size=1, max_size=4)
LOGS = st.lists(st.one_of(TEXTS.map(TextDelta), TEXTS.map(ReasoningDelta)), max_size=30)


def fold_of(*timed: tuple[float, Event]) -> ReplyFold:
    fold = ReplyFold()
    fold.feed(Logged(seq, at_s, event) for seq, (at_s, event) in enumerate(timed))
    return fold


@given(LOGS, st.data())
def test_a_log_fed_in_pieces_is_the_log_fed_at_once(
    events: list[Event], data: st.DataObject
) -> None:
    entries = [Logged(seq, seq / 10, event) for seq, event in enumerate(events)]
    whole, pieces = ReplyFold(), ReplyFold()
    whole.feed(entries)

    position = 0
    while position < len(entries):
        step = data.draw(st.integers(1, 5))
        pieces.feed(entries[position : position + step])
        position += step

    assert (pieces.text, pieces.reasoning) == (whole.text, whole.reasoning)
    assert (pieces.text_chars, pieces.reasoning_chars) == (len(whole.text), len(whole.reasoning))
    assert pieces.timings == whole.timings


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (Finished("stop"), "completed"),
        (Finished("tool_calls"), "completed"),
        (Finished("length"), "truncated"),
        (Finished("content_filter"), "filtered"),
        (Stopped(by_visitor=True), "stopped"),
        (Stopped(by_visitor=False), "interrupted"),
        (Failed(Failure("interrupted")), "interrupted"),
        (Failed(Failure("rate_limited")), "failed"),
        (Failed(Failure("limit_reached")), "stopped"),
        (Failed(Failure("total_timeout")), "stopped"),
        (Failed(Failure("cannot_go_on")), "interrupted"),
        (Failed(Failure("connection_lost")), "interrupted"),
        (Failed(Failure("gap_timeout")), "interrupted"),
        (Failed(Failure("timed_out")), "interrupted"),
        (Failed(Failure("bad_answer")), "interrupted"),
        (Failed(Failure("model_unavailable", status=502)), "failed"),
    ],
)
def test_each_ending_has_its_outcome(ending: Event, outcome: Outcome) -> None:
    fold = fold_of((0, RequestSent()), (1, TextDelta("a")), (2, ending))

    assert fold.outcome == outcome
    assert fold.text == "a"
    assert fold.failure == getattr(ending, "failure", None)


@pytest.mark.parametrize(
    "kind", ["total_timeout", "connection_lost", "gap_timeout", "timed_out", "bad_answer"]
)
def test_an_answer_without_a_word_has_failed_however_it_broke_off(kind: FailureKind) -> None:
    fold = fold_of((0, RequestSent()), (2, Failed(Failure(kind))))

    assert fold.outcome == "failed"


def test_a_running_answer_has_no_outcome() -> None:
    fold = fold_of((0, RequestSent()), (1, TextDelta("a")))

    assert fold.outcome is None
    assert fold.timings.total_s is None


def test_timings_are_measured_between_the_moments_they_name() -> None:
    fold = fold_of(
        (10.0, RequestSent()),
        (10.1, Opened("gen-1")),
        (10.5, ReasoningDelta("hm")),
        (12.0, TextDelta("a")),
        (12.5, ReasoningDelta("hm")),
        (14.0, TextDelta("b")),
        (14.5, UsageReported(Usage(1, 2))),
        (15.0, Finished("stop")),
    )

    assert fold.timings == Timings(ttft_s=2.0, first_reasoning_s=0.5, decode_s=3.5, total_s=5.0)


def test_without_reasoning_decoding_begins_with_the_text() -> None:
    fold = fold_of((0, RequestSent()), (2, TextDelta("a")), (5, TextDelta("b")))

    assert fold.timings == Timings(ttft_s=2, first_reasoning_s=None, decode_s=3, total_s=None)


def test_a_moment_at_zero_is_a_moment() -> None:
    fold = fold_of((0, RequestSent()), (0, TextDelta("a")), (0, TextDelta("b")), (0, Stopped()))

    assert fold.timings == Timings(ttft_s=0, first_reasoning_s=None, decode_s=0, total_s=0)


def test_an_answer_stopped_before_its_request_has_no_timings() -> None:
    assert fold_of((3, Stopped())).timings == Timings()


def test_what_is_told_of_the_upstream_adds_up() -> None:
    fold = fold_of(
        (0, Opened(generation_id="gen-1")),
        (1, Opened(model="m-20260217", upstream_provider="Azure")),
    )

    assert fold.generation_id == "gen-1"
    assert (fold.served_model, fold.upstream_provider) == ("m-20260217", "Azure")
