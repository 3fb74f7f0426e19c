"""Places among several answers, worked out by hand."""

from dataclasses import replace

from scripted import NOON

from chat.conversations import ReplyRecord
from chat.events import Usage
from chat.metrics import Timings
from chat.ranking import Ranks, places, ranks_of


def a_reply(ttft_s: float, decode_s: float, total_s: float, usd: float | None) -> ReplyRecord:
    """101 tokens, so that the throughput is 100 ÷ decode_s."""
    return ReplyRecord(
        *("r", "ann", "c", "m", "sim/x"),
        NOON,
        outcome="completed",
        usage=Usage(10, 101, cost_usd=usd),
        timings=Timings(ttft_s=ttft_s, decode_s=decode_s, total_s=total_s),
    )


def test_each_figure_has_places_of_its_own() -> None:
    quick, cheap = a_reply(0.2, 4.0, 4.2, 0.02), a_reply(0.5, 2.0, 2.5, 0.01)

    assert ranks_of([quick, cheap]) == [Ranks(1, 2, 2, 2), Ranks(2, 1, 1, 1)]


def test_equals_share_a_place_and_the_next_is_third() -> None:
    assert places([0.3, 0.1, 0.3, 0.9]) == [2, 1, 2, 4]


def test_what_is_not_known_has_no_place_and_takes_none() -> None:
    assert places([None, 2.0, 1.0]) == [None, 2, 1]


def test_an_answer_that_failed_or_was_stopped_has_no_place() -> None:
    whole = a_reply(0.5, 2.0, 2.5, None)
    short = [replace(whole, outcome="failed"), replace(whole, outcome="stopped")]

    assert ranks_of([whole, *short]) == [Ranks(1, 1, 1, None), *[Ranks(None, None, None, None)] * 2]
