"""Deadlines of our own around the events of one request.

Keep-alive comments reset the SDK's read timeout, so a silent upstream could keep an answer for
ever. Connecting is the one that is not kept here: no event tells of it, so the provider's HTTP
client does, and raises `ConnectTimeout`. Time is the running loop's.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Self, cast

from chat.errors import (
    FirstEventTimeout,
    FirstTokenTimeout,
    GapTimeout,
    ProviderError,
    TotalTimeout,
)
from chat.events import Event, Finished, ReasoningDelta, TextDelta


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Longest times, in seconds. Generous, for reasoning models and long prompts of local ones.

    Attributes:
        first_event_s: Request → anything at all, as a rule the response's headers.
        first_token_s: Request → first delta of reasoning or text.
        gap_s: A delta → the next one, or the end.
        total_s: First request → end of the whole answer, with all tries and waits.
    """

    first_event_s: float = 180.0
    first_token_s: float = 300.0
    gap_s: float = 120.0
    total_s: float = 1800.0


async def within(
    deadlines: Deadlines, events: AsyncIterator[Event], ends_at_s: float
) -> AsyncGenerator[Event, None]:
    """The events of one request, as long as they come in time.

    Args:
        deadlines: How long is waited.
        events: Closed, and its connection with it, when a deadline passes.
        ends_at_s: When the whole answer must be over, on the loop's clock.

    Raises:
        FirstEventTimeout, FirstTokenTimeout, GapTimeout, TotalTimeout: nothing came in time.
    """
    clock = asyncio.get_running_loop().time
    watch = _Watch(deadlines, ends_at_s, clock())
    async with aclosing(cast("AsyncGenerator[Event, None]", events)) as source:
        with _Alarm() as alarm:
            while True:
                at_s, error = watch.next_deadline()
                alarm.set(at_s)
                try:
                    event = await anext(source)
                except StopAsyncIteration:
                    return
                except asyncio.CancelledError:
                    if alarm.was_it():
                        raise error(watch.told(error)) from None
                    raise
                finally:
                    alarm.unset()
                yield event
                # Only now: how long the reader keeps it is not the upstream's fault.
                watch.see(event, clock())
                if isinstance(event, Finished):
                    return


class _Alarm:
    """Cancels the task that waits beyond a deadline, as `asyncio.timeout_at` does.

    That one costs a timer for each event, a tenth of an answer's processor time. This one is set
    anew by a number, and looks at it when its timer comes.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._at_s = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._has_rung = False
        self._cancelling = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def set(self, at_s: float) -> None:
        """Rings at this moment of the loop's clock, for the task that sets it."""
        self._at_s, self._task = at_s, asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task is not None else 0
        if self._timer is None or at_s < self._timer.when():
            self._start(at_s)

    def unset(self) -> None:
        """Does not ring until it is set again."""
        self._at_s = math.inf
        self.was_it()  # where the cancelling ended in another error, the task goes on all the same

    def was_it(self) -> bool:
        """Whether this has cancelled the task, and nobody else; takes that back."""
        rang, self._has_rung = self._has_rung, False
        return rang and self._task is not None and self._task.uncancel() <= self._cancelling

    def _start(self, at_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(at_s, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() >= self._at_s and self._task is not None:
            self._has_rung = True
            self._task.cancel()
        elif self._at_s < math.inf:
            self._start(self._at_s)


class _Watch:
    """Which deadline comes next."""

    def __init__(self, deadlines: Deadlines, ends_at_s: float, sent_at_s: float) -> None:
        self._deadlines = deadlines
        self._ends_at_s = ends_at_s
        self._sent_at_s = sent_at_s
        self._has_event = False
        self._delta_at_s: float | None = None

    def see(self, event: Event, now_s: float) -> None:
        self._has_event = True
        if isinstance(event, TextDelta | ReasoningDelta):
            self._delta_at_s = now_s

    def told(self, error: type[ProviderError]) -> str:
        """What is said of a deadline that has passed, beside which one it was."""
        total_s = self._deadlines.total_s
        return f"Stopped after {total_s:,.0f} s." if error is TotalTimeout else ""

    def next_deadline(self) -> tuple[float, type[ProviderError]]:
        """When it is, and what is raised then."""
        held = self._deadlines
        total = (self._ends_at_s, TotalTimeout)
        if self._delta_at_s is not None:
            return min(total, (self._delta_at_s + held.gap_s, GapTimeout), key=_moment)
        token = (self._sent_at_s + held.first_token_s, FirstTokenTimeout)
        if self._has_event:
            return min(total, token, key=_moment)
        return min(
            total, token, (self._sent_at_s + held.first_event_s, FirstEventTimeout), key=_moment
        )


def _moment(deadline: tuple[float, type[ProviderError]]) -> float:
    return deadline[0]
