"""Deadlines around a request: each fires by itself, closes the request, and keeps what came."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from leaping_loop import DONE, REQUEST, Answer, Step, Upstream, leaping, logged, now_s

from chat.deadlines import Deadlines, within
from chat.errors import Failure, FailureKind
from chat.events import Event, Finished, Opened, ReasoningDelta, TextDelta

LIMITS = Deadlines(first_event_s=5, first_token_s=20, gap_s=8, total_s=60)
OPENED = Opened("gen-1")
A = TextDelta("a")
HM = ReasoningDelta("hm")


def played(*steps: Step, limits: Deadlines = LIMITS) -> tuple[Answer, Upstream, float]:
    """What came of the script, and when it was over."""
    upstream = Upstream(list(steps))

    async def run() -> tuple[Answer, float]:
        events = within(limits, upstream.stream(REQUEST, None), now_s() + limits.total_s)
        return await logged(events), now_s()

    answer, ended_s = leaping(run())
    return answer, upstream, ended_s


@pytest.mark.parametrize(
    ("steps", "kind", "at_s"),
    [
        ([6.0, A], "first_event_timeout", 5),
        ([OPENED, 21.0, A], "first_token_timeout", 20),
        ([OPENED, 19.0, OPENED, 2.0, A], "first_token_timeout", 20),
        ([4.0, A, 8.5, A], "gap_timeout", 12),
        ([HM, 8.5, A], "gap_timeout", 8),
        ([A, 7.0, OPENED, 2.0, A], "gap_timeout", 8),
        ([A, 9.0, DONE], "gap_timeout", 8),
        ([*[A, 7.0] * 9], "total_timeout", 60),
    ],
)
def test_each_deadline_has_its_own_failure(
    steps: list[Step], kind: FailureKind, at_s: float
) -> None:
    answer, upstream, ended_s = played(*steps)

    assert answer.failure is not None
    assert (answer.failure.kind, ended_s) == (kind, at_s)
    assert upstream.open == 0


def test_an_answer_in_time_is_left_as_it_is() -> None:
    answer, _, ended_s = played(4.0, OPENED, 15.0, HM, 7.0, A, 7.0, DONE)

    assert answer.events[1:] == [OPENED, HM, A, DONE]
    assert ended_s == 33


def test_the_nearest_deadline_counts() -> None:
    answer, _, ended_s = played(50.0, limits=Deadlines(30, 20, 8, 10))

    assert answer.failure is not None
    assert answer.failure == Failure("total_timeout", "Stopped after 10 s.")
    assert ended_s == 10


def test_time_that_the_reader_takes_is_not_counted() -> None:
    upstream = Upstream([A, 1.0, A, DONE])

    async def slowly() -> AsyncGenerator[Event, None]:
        async for event in within(LIMITS, upstream.stream(REQUEST, None), now_s() + 60):
            await asyncio.sleep(9)
            yield event

    assert leaping(logged(slowly())).of(TextDelta, Finished) == [A, A, DONE]


def test_a_timeout_of_the_providers_own_is_not_taken_for_ours() -> None:
    with pytest.raises(TimeoutError):
        played(TimeoutError())
