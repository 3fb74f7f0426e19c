"""An answer's life read from its log; the numbers are worked out beside the logs."""

from hypothesis import given
from hypothesis import strategies as st

from chat.errors import ConnectionLost
from chat.events import (
    Continued,
    Event,
    Failed,
    Finished,
    Logged,
    Opened,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    StartedOver,
    TextDelta,
)
from chat.flight import Leg, Word, growth_of, legs_of, words_of
from chat.pace import Point

LOST = ConnectionLost().failure
SENT, OPENED, DONE = RequestSent(), Opened("gen-1"), Finished("stop")


def log_of(*timed: tuple[float, Event]) -> list[Logged]:
    return [Logged(seq, 100.0 + at_s, event) for seq, (at_s, event) in enumerate(timed)]


def text(words: str) -> TextDelta:
    return TextDelta(words)


PLAIN = log_of(
    *((0.0, SENT), (0.25, OPENED), (1.0, ReasoningDelta("hmm ")), (1.5, ReasoningDelta("so "))),
    *((2.0, text("One ")), (2.5, text("two ")), (4.5, text("three")), (4.75, DONE)),
)


def test_a_life_is_connecting_queueing_reasoning_text_and_its_stalls() -> None:
    assert legs_of(PLAIN) == [
        Leg("connect", 0.0, 0.25),
        Leg("queue", 0.25, 1.0),
        Leg("reasoning", 1.0, 2.0),
        Leg("text", 2.0, 2.5),
        Leg("stall", 2.5, 4.5),
        Leg("end", 4.5, 4.75),
    ]


def test_a_failed_try_and_a_break_are_legs_of_their_own() -> None:
    legs = legs_of(
        log_of(
            *((0.0, SENT), (0.5, Retrying(LOST, 2, 4, 1.0)), (1.5, RequestSent(2))),
            *((1.75, OPENED), (2.0, text("One")), (2.5, text(" two"))),
            *((3.0, Reconnecting(LOST, 1, 3, 1.0)), (4.0, SENT), (4.25, text("!")), (4.5, DONE)),
        )
    )

    assert [leg.kind for leg in legs] == [
        *("connect", "retry", "connect", "queue", "text", "reconnect", "connect", "end")
    ]
    assert legs[5] == Leg("reconnect", 2.5, 4.0)


def test_one_that_failed_before_anything_came_was_only_connecting() -> None:
    assert legs_of(log_of((0.0, SENT), (2.0, Failed(LOST)))) == [Leg("connect", 0.0, 2.0)]


def test_nothing_has_no_life() -> None:
    assert legs_of([]) == []
    assert words_of([]) == []


@given(st.lists(st.tuples(st.floats(-1, 3), st.sampled_from(PLAIN)), max_size=20))
def test_legs_have_no_holes_whatever_the_clock_does(steps: list[tuple[float, Logged]]) -> None:
    at_s, log = 0.0, log_of((0.0, SENT))
    for later_s, entry in steps:
        at_s += later_s
        log.append(Logged(len(log), 100.0 + at_s, entry.event))

    legs = legs_of(log)

    assert all(leg.length_s > 0 for leg in legs)
    assert [leg.start_s for leg in legs] == [0.0, *(leg.end_s for leg in legs)][: len(legs)]


def test_tokens_grow_with_the_characters_and_gaps_are_marked() -> None:
    # 4 + 3 + 4 + 4 + 5 = 20 characters of 10 tokens.
    growth = growth_of(PLAIN, 10)

    assert growth.points[0] == Point(0.0, 0.0)
    assert growth.points[-2:] == (Point(2.5, 7.5), Point(4.5, 10.0))
    assert growth.gaps == (Leg("stall", 2.5, 4.5),)


def test_a_long_growth_is_thinned_but_keeps_its_end_and_its_gaps() -> None:
    moments = [n / 100 for n in range(1, 3001)]
    deltas = [(at_s if at_s < 20 else at_s + 5, text("word")) for at_s in moments]
    growth = growth_of(log_of((0.0, SENT), *deltas), 3000)

    assert len(growth.points) < 610
    assert growth.points[-1] == Point(35.0, 3000.0)
    assert Point(25.0, 2000.0) in growth.points


def test_each_word_has_the_pause_before_it() -> None:
    assert words_of(PLAIN) == [Word("One", 2.0), Word(" two", 0.5), Word(" three", 2.0)]


def test_a_word_in_pieces_is_one_word_with_the_pause_before_its_first() -> None:
    log = log_of(
        (0.0, SENT),
        (1.0, text("Hel")),
        (2.0, text("lo you")),
        (3.0, text("r")),
        (3.5, text(" cat")),
    )

    assert words_of(log) == [Word("Hello", 1.0), Word(" your", 0.0), Word(" cat", 0.5)]


def test_for_what_was_there_before_nobody_waited() -> None:
    log = log_of((0.0, SENT), (0.1, Continued("One two")), (1.0, text(" three")))

    assert words_of(log) == [Word("One", None), Word(" two", None), Word(" three", 1.0)]


def test_what_was_taken_back_is_gone() -> None:
    log = log_of((0.0, SENT), (0.1, Continued("One")), (0.5, StartedOver()), (1.0, text("Two")))

    assert words_of(log) == [Word("Two", 1.0)]


@given(st.lists(st.text(min_size=1), max_size=9))
def test_the_words_joined_are_the_text(pieces: list[str]) -> None:
    log = log_of((0.0, SENT), *((1.0, text(piece)) for piece in pieces))

    assert "".join(word.text for word in words_of(log)) == "".join(pieces)


def test_where_the_clock_goes_back_nothing_goes_back() -> None:
    log = log_of(
        *((0.0, SENT), (1.0, OPENED), (2.0, text("One ")), (0.5, text("two ")), (2.5, text("3"))),
        (1.5, DONE),
    )

    assert legs_of(log) == [
        Leg("connect", 0.0, 1.0),
        Leg("queue", 1.0, 2.0),
        Leg("text", 2.0, 2.5),
    ]
    assert [point.at_s for point in growth_of(log, 9).points] == [0.0, 2.0, 2.0, 2.5]
    assert [word.pause_s for word in words_of(log)] == [2.0, 0.0, 2.0]
