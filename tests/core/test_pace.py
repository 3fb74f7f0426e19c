"""The pace of an answer over a sliding window, and its tokens over time; numbers worked out."""

import pytest

from chat.events import Event, Finished, Logged, RequestSent, TextDelta
from chat.pace import CURVE_POINTS, Pace, Point, curve_of


def log_of(*events: tuple[float, Event]) -> list[Logged]:
    return [Logged(seq, at_s, event) for seq, (at_s, event) in enumerate(events)]


def test_a_young_answers_pace_counts_from_its_first_delta() -> None:
    pace = Pace(window_s=2.0)
    pace.feed(log_of((0.0, RequestSent()), (1.0, TextDelta("x" * 8)), (1.5, TextDelta("y" * 40))))

    assert pace.tok_s(1.5) == pytest.approx(40 / 4 / 0.5)


def test_what_is_older_than_the_window_does_not_count() -> None:
    pace = Pace(window_s=2.0)
    deltas = [(float(second), TextDelta("x" * 20)) for second in range(6)]
    pace.feed(log_of((0.0, RequestSent()), *deltas))

    assert pace.tok_s(5.0) == pytest.approx(3 * 20 / 4 / 2.0)  # those at 3, 4 and 5 s


def test_a_stalled_answers_pace_falls_to_nothing() -> None:
    pace = Pace(window_s=2.0)
    pace.feed(log_of((0.0, TextDelta("x")), (1.0, TextDelta("x" * 40))))

    assert pace.tok_s(9.0) == 0


def test_before_the_first_delta_there_is_no_pace() -> None:
    pace = Pace()
    pace.feed(log_of((0.0, RequestSent())))

    assert pace.tok_s(1.0) is None


def test_tokens_are_spread_over_the_characters() -> None:
    log = log_of(
        (10.0, RequestSent()),
        (10.5, TextDelta("ab")),
        (11.0, TextDelta("cdefgh")),
        (11.1, Finished("stop")),
    )

    assert curve_of(log, tokens=4) == [Point(0.0, 0), Point(0.5, 1), Point(1.0, 4)]


def test_a_long_answers_curve_keeps_its_ends_and_stays_small() -> None:
    deltas = [(1 + n / 100, TextDelta("x")) for n in range(5000)]

    curve = curve_of(log_of((0.0, RequestSent()), *deltas), tokens=1250)

    assert len(curve) <= CURVE_POINTS + 3
    assert (curve[1].at_s, curve[-1].tokens) == (1.0, 1250)
    assert curve[-1].at_s == pytest.approx(50.99)


def test_an_answer_without_a_word_has_no_curve() -> None:
    assert curve_of(log_of((0.0, RequestSent()), (1.0, Finished("stop"))), tokens=9) == []
    assert curve_of([], tokens=9) == []
