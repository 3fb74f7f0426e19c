"""Deadlines of our own around the events of one request.

Keep-alive comments reset the SDK's read timeout, so a silent upstream could keep an answer for
ever. Connecting is the one that is not kept here: no event tells of it, so the provider's HTTP
client does, and raises `ConnectTimeout`. Time is the running loop's.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

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
        while True:
            at_s, error = watch.next_deadline()
            try:
                async with asyncio.timeout_at(at_s) as limit:
                    event = await anext(source)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if limit.expired():
                    raise error(watch.told(error)) from None
                raise
            yield event
            # Only now: how long the reader keeps it is not the upstream's fault.
            watch.see(event, clock())
            if isinstance(event, Finished):
                return


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
