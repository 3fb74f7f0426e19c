"""Where an answer's time went, on logs made by hand; the numbers are worked out beside them."""

import pytest

from chat.errors import ConnectionLost
from chat.events import (
    Event,
    Failed,
    Finished,
    Logged,
    Opened,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    TextDelta,
    Usage,
    UsageReported,
    Waiting,
)
from chat.measures import Gaps, Measures, gaps_of, inter_token_s, quantile
from chat.reply import ReplyFold

LOST = ConnectionLost().failure
HEAD, NAMED = Opened("gen-1"), Opened("gen-1", "m" * 300, "Acme")
A, B = TextDelta("four"), ReasoningDelta("hmm ")


def measured(*timed: tuple[float, Event]) -> Measures:
    fold = ReplyFold()
    fold.feed(Logged(seq, at_s, event) for seq, (at_s, event) in enumerate(timed))
    return fold.measures


def test_the_way_to_the_first_event_is_connecting_and_queueing() -> None:
    found = measured((10.0, RequestSent()), (10.25, HEAD), (11.75, NAMED), (12.0, A))

    assert (found.connect_s, found.queue_s, found.first_event_s) == (0.25, 1.5, 1.75)


def test_keep_alives_are_counted_and_are_no_first_event() -> None:
    found = measured(
        *((10.0, RequestSent()), (10.25, HEAD), (10.5, Waiting()), (11.5, Waiting())),
        *((11.75, NAMED), (12.0, A)),
    )

    assert (found.keep_alives, found.queue_s) == (2, 1.5)


def test_where_the_first_chunk_names_nobody_the_first_delta_is_the_first_event() -> None:
    found = measured((10.0, RequestSent()), (10.25, HEAD), (12.0, A))

    assert (found.queue_s, found.first_event_s) == (1.75, 2.0)


def test_reasoning_lasts_from_its_first_word_to_the_first_of_the_text() -> None:
    found = measured((0.0, RequestSent()), (1.0, B), (2.0, B), (2.5, A), (9.0, A))

    assert found.reasoning_s == 1.5


def test_reasoning_without_a_text_lasts_to_its_own_end() -> None:
    assert measured((0.0, RequestSent()), (1.0, B), (4.0, B)).reasoning_s == 3.0


def test_gaps_are_the_times_between_deltas_and_stalls_those_over_a_second() -> None:
    moments = [1.0, 1.25, 1.75, 4.0, 4.125, 6.125]  # gaps 0.25, 0.5, 2.25, 0.125, 2.0
    found = measured((0.0, RequestSent()), *((at_s, A) for at_s in moments))

    assert (found.gap_p50_s, found.gap_max_s) == (0.5, 2.25)
    assert (found.stalls, found.stall_s) == (2, 4.25)


def test_a_gap_of_just_a_second_is_no_stall() -> None:
    found = measured((0.0, RequestSent()), (1.0, A), (2.0, A))

    assert (found.gap_max_s, found.stalls, found.stall_s) == (1.0, 0, 0.0)


def test_the_time_across_a_break_is_no_gap() -> None:
    found = measured(
        *((0.0, RequestSent()), (0.5, A), (0.75, A)),
        *((1.0, Reconnecting(LOST, 1, 3, 2.0)), (3.0, RequestSent()), (3.5, A), (4.0, A)),
    )

    assert (found.gap_max_s, found.stalls) == (0.5, 0)  # 0.25 and 0.5, not 3.5 − 0.75


def test_a_failed_try_is_not_in_the_figures_of_the_one_that_answered() -> None:
    found = measured(
        *((0.0, RequestSent()), (3.0, Retrying(LOST, 2, 4, 1.0))),
        *((4.0, RequestSent(2)), (4.5, HEAD), (5.0, A)),
    )

    assert (found.connect_s, found.queue_s, found.first_event_s) == (0.5, 0.5, 1.0)


def test_one_that_failed_before_the_headers_has_no_figures() -> None:
    assert measured((0.0, RequestSent()), (2.0, Failed(LOST))) == Measures()


def test_one_without_a_word_has_a_first_event_and_no_gaps() -> None:
    found = measured(
        *((0.0, RequestSent()), (0.5, HEAD)),
        *((1.0, UsageReported(Usage(5, 0))), (1.0, Finished("stop"))),
    )

    assert found == Measures(0.5, 0.5, 1.0, keep_alives=0)


def test_a_single_word_has_no_gap() -> None:
    assert measured((0.0, RequestSent()), (1.0, A)).gap_max_s is None


def test_a_clock_that_stands_still_or_jumps_back_makes_no_time_negative() -> None:
    found = measured((5.0, RequestSent()), (5.0, HEAD), (4.0, A), (4.0, A), (3.0, A), (3.5, A))

    assert (found.connect_s, found.queue_s, found.first_event_s) == (0.0, 0.0, 0.0)
    assert (found.gap_p50_s, found.gap_max_s) == (0.0, 0.5)  # gaps 0, 0, 0.5


@pytest.mark.parametrize(
    # Of four values share 0.95 is place 2.85: 3 + 0.85 × (8 − 3); share 0.99 place 2.97.
    ("share", "value"),
    [(0.0, 1.0), (0.5, 2.5), (0.95, 7.25), (0.99, 7.85), (1.0, 8.0)],
)
def test_a_quantile_lies_between_its_two_neighbours(share: float, value: float) -> None:
    assert quantile([1.0, 2.0, 3.0, 8.0], share) == pytest.approx(value)


def test_nothing_has_no_quantile_and_no_gaps() -> None:
    assert quantile([], 0.5) is None
    assert gaps_of([]) == Gaps()


def test_the_time_for_a_token_is_one_over_the_throughput() -> None:
    assert inter_token_s(40.0) == 0.025
    assert inter_token_s(None) is None
