"""Tries and other models: what is asked when, and that it can be stopped."""

import asyncio

import pytest
from leaping_loop import (
    DONE,
    POLICY,
    Step,
    Upstream,
    answer_of,
    asked,
    attempts,
    broken_after,
    leaping,
    logged,
    now_s,
)
from leaping_loop import REQUEST as ASKED

from chat.errors import (
    ConnectionLost,
    Failure,
    InvalidKey,
    ModelUnavailable,
    RateLimited,
)
from chat.events import (
    Event,
    Finished,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    SwitchedModel,
    TextDelta,
)

BUSY = RateLimited("busy", status=429)
LOST = ConnectionLost()
HELLO: list[Step] = [TextDelta("Hello"), DONE]
STORY = "Once upon a time there was a fox"


def test_a_busy_model_is_asked_again_after_a_wait_that_is_announced() -> None:
    answer, upstream = asked([BUSY], [BUSY], HELLO)

    assert answer.events == [
        RequestSent(),
        Retrying(BUSY.failure, attempt=2, of=4, wait_s=1),
        RequestSent(2),
        Retrying(BUSY.failure, attempt=3, of=4, wait_s=2),
        RequestSent(3),
        *HELLO,
    ]
    assert upstream.sent_s == [0, 1, 3]


def test_after_the_last_try_the_failure_stands() -> None:
    answer, upstream = asked([BUSY])

    assert answer.failure == BUSY.failure
    assert len(upstream.requests) == 4


def test_what_no_try_can_help_is_not_repeated() -> None:
    answer, upstream = asked([InvalidKey("no", status=401)], fallbacks=("sim/y",))

    assert answer.failure == Failure("invalid_key", "no", 401)
    assert len(upstream.requests) == 1


def test_the_tries_end_with_the_time_for_them() -> None:
    answer, upstream = asked([25.0, BUSY])

    assert len(upstream.requests) == 3
    assert upstream.sent_s[-1] <= POLICY.total_s
    assert answer.failure == BUSY.failure


def test_no_wait_outlasts_the_whole_answer() -> None:
    upstream = Upstream([RateLimited(retry_after_s=50)])

    answer = answer_of(attempts(upstream, total_s=40))

    assert answer.events[1:] == [answer.events[-1]]


def test_a_stream_that_ends_without_a_word_is_asked_for_again() -> None:
    answer, _ = asked([], HELLO)

    assert answer.fold.text == "Hello"
    assert [r.failure.kind for r in answer.of(Retrying) if isinstance(r, Retrying)] == [
        "interrupted"
    ]


def test_reasoning_alone_does_not_forbid_another_try() -> None:
    answer, _ = asked([ReasoningDelta("Hm"), LOST], [ReasoningDelta("So"), *HELLO])

    assert answer.fold.text == "Hello"
    assert answer.fold.reasoning == "Hm\n\nSo"


def test_other_models_are_asked_in_order_once_the_first_is_given_up() -> None:
    gone = ModelUnavailable("gone", status=503)
    answer, upstream = asked(
        [BUSY], [BUSY], [BUSY], [BUSY], [gone], HELLO, fallbacks=("sim/y", "sim/z")
    )

    assert [request.model for request in upstream.requests] == ["sim/x"] * 4 + ["sim/y"] * 2
    assert answer.of(SwitchedModel) == [SwitchedModel("sim/y", BUSY.failure)]
    assert answer.of(RequestSent)[-2:] == [RequestSent(1, "sim/y"), RequestSent(2, "sim/y")]


def test_each_switch_says_why() -> None:
    answer, upstream = asked(
        lambda request: HELLO if request.model == "sim/z" else [BUSY],
        fallbacks=("sim/y", "sim/x", "sim/z"),
    )

    assert answer.of(SwitchedModel) == [
        SwitchedModel("sim/y", BUSY.failure),
        SwitchedModel("sim/z", BUSY.failure),
    ]
    assert upstream.sent_s[-1] <= POLICY.total_s


def test_a_continued_answer_is_tried_again_with_its_beginning() -> None:
    upstream = Upstream([BUSY], [TextDelta(" upon"), DONE])

    answer = answer_of(attempts(upstream), begun="Once")

    assert answer.fold.text == "Once upon"
    assert [request.messages[-1].text for request in upstream.requests] == ["Once", "Once"]


@pytest.mark.parametrize(
    "scripts", [([BUSY],), (broken_after("One,"), [])], ids=["retrying", "reconnecting"]
)
def test_stopping_in_a_wait_ends_at_once(scripts: tuple[list[Step], ...]) -> None:
    upstream, seen = Upstream(*scripts), list[Event]()

    async def run() -> float:
        async def follow() -> None:
            async for event in attempts(upstream).stream(ASKED, None):
                seen.append(event)

        task = asyncio.create_task(follow())
        await asyncio.sleep(0.25)
        task.cancel()
        await asyncio.wait([task])
        return now_s()

    assert leaping(run()) == 0.25
    assert isinstance(seen[-1], Retrying | Reconnecting)
    assert (len(upstream.requests), upstream.open) == (1, 0)


def test_nothing_comes_after_the_finish() -> None:
    answer, upstream = asked([*HELLO, TextDelta("more")])

    assert isinstance(answer.events[-1], Finished)
    assert len(upstream.requests) == 1


def test_a_fault_of_ours_is_not_repeated() -> None:
    upstream = Upstream([ValueError("ours")])

    async def run() -> None:
        with pytest.raises(ValueError, match="ours"):
            await logged(attempts(upstream).stream(ASKED, None))

    leaping(run())
    assert len(upstream.requests) == 1
