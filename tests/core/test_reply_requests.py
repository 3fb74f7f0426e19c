"""An answer that took several requests: which moments its figures are taken from."""

from test_reply import fold_of

from chat.errors import Failure
from chat.events import (
    Event,
    Failed,
    Finished,
    Opened,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    SwitchedModel,
    TextDelta,
    Usage,
    UsageReported,
)
from chat.metrics import Part, Timings

LOST = Failure("connection_lost")
RETRIED: list[tuple[float, Event]] = [
    (10.0, RequestSent()),
    (12.0, Retrying(LOST, 2, 4, 1.0)),
    (13.0, RequestSent(2)),
    (13.5, TextDelta("Hel")),
    (14.5, TextDelta("lo")),
]
BROKEN: list[tuple[float, Event]] = [
    (0.0, RequestSent()),
    (0.1, Opened("gen-1")),
    (1.0, TextDelta("One, ")),
    (3.0, TextDelta("two,")),
    (4.0, Reconnecting(LOST, 1, 3, 2.0)),
    (6.0, RequestSent()),
    (6.1, Opened("gen-2")),
    (7.0, TextDelta(" three")),
    (8.0, TextDelta(".")),
]
END = (9.0, Finished("stop"))
ONE, OTHER = Usage(5, 4, cost_usd=0.25), Usage(9, 3, cost_usd=0.5)


def test_failed_tries_are_kept_apart_from_the_time_to_the_first_token() -> None:
    fold = fold_of(*RETRIED, (15.0, Finished("stop")))

    assert fold.timings == Timings(ttft_s=0.5, decode_s=1.0, total_s=5.0, retry_s=3.0)
    assert (fold.tries, fold.reconnections, fold.parts) == (2, 0, ())


def test_while_no_try_has_brought_text_all_of_them_count_as_failed() -> None:
    fold = fold_of(*RETRIED[:3])

    assert fold.timings == Timings(retry_s=3.0)
    assert fold.tries == 2


def test_the_gap_of_a_reconnection_is_not_decoding() -> None:
    fold = fold_of(*BROKEN, END)

    assert fold.text == "One, two, three."
    assert fold.timings == Timings(ttft_s=1.0, decode_s=3.0, total_s=9.0, reconnect_s=4.0)
    assert (fold.tries, fold.reconnections) == (1, 1)


def test_each_part_has_its_own_figures() -> None:
    fold = fold_of(*BROKEN, (8.5, UsageReported(OTHER)), END)

    assert fold.parts == (
        Part(first_s=1.0, decode_s=2.0, chars=9, generation_id="gen-1"),
        Part(first_s=1.0, decode_s=1.0, chars=7, generation_id="gen-2", usage=OTHER),
    )


def test_a_part_nobody_counted_leaves_the_whole_unknown() -> None:
    assert fold_of(*BROKEN, (8.5, UsageReported(OTHER)), END).usage is None


def test_counted_parts_add_up() -> None:
    fold = fold_of(*BROKEN[:4], (3.5, UsageReported(ONE)), *BROKEN[4:], (8.5, UsageReported(OTHER)))

    assert fold.usage == Usage(14, 7, cost_usd=0.75)


def test_a_refused_try_costs_nothing() -> None:
    assert fold_of(*RETRIED, (14.6, UsageReported(ONE))).usage == ONE


def test_the_last_generation_is_the_answers() -> None:
    assert fold_of(*BROKEN).generation_id == "gen-2"


def test_a_reconnection_that_brought_nothing_is_no_part() -> None:
    fold = fold_of(*BROKEN[:6], (7.0, Failed(LOST)))

    assert (fold.parts, fold.reconnections) == ((), 1)
    assert fold.timings.reconnect_s is None


def test_another_model_is_named_and_nothing_of_the_first_sticks() -> None:
    fold = fold_of(
        (0, RequestSent()),
        (1, Opened("gen-1", "x-2030", "Azure")),
        (2, SwitchedModel("sim/y", LOST)),
        (2, RequestSent(1, "sim/y")),
        (3, TextDelta("a")),
    )

    assert fold.switched_to == ("sim/y",)
    assert (fold.generation_id, fold.served_model, fold.upstream_provider) == (None, None, None)
    assert fold.timings.retry_s == 2


def test_reasoning_of_a_failed_try_is_timed_from_its_own_request() -> None:
    fold = fold_of(
        (0, RequestSent()),
        (1, ReasoningDelta("hm")),
        (2, Retrying(LOST, 2, 4, 1.0)),
        (3, RequestSent(2)),
        (5, TextDelta("a")),
    )

    assert fold.timings == Timings(ttft_s=2, first_reasoning_s=1, decode_s=0, retry_s=3)
