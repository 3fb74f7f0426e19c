"""Between a turn and the provider: tries again, asks another model, takes up what broke off.

Before the first delta of text another request loses nothing that was shown, so the same model is
asked again, then the fallback models. After it no request is blind any more: the model is given
what stands and asked to go on from its last character, or the answer ends. Time is the running
loop's; every wait is announced by an event and ends at once when the answer is stopped.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from chat.continuation import continued
from chat.deadlines import Deadlines, within
from chat.errors import DECLINED, CannotGoOn, Failure, FailureKind, ProviderError, ReplyInterrupted
from chat.events import (
    Continued,
    Event,
    Finished,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    StartedOver,
    SwitchedModel,
    TextDelta,
)
from chat.messages import ChatRequest, Message, Secret
from chat.metrics import estimated_tokens
from chat.ports import Provider
from chat.retry import Policy, may_switch
from chat.seam import Seam, resumed

_TAKES_NO_BEGINNING: frozenset[FailureKind] = frozenset({"rejected", "too_long"})
"""What an upstream says that takes no beginning of an answer; the answer itself has not failed."""
_CANNOT_GO_ON: frozenset[FailureKind] = _TAKES_NO_BEGINNING | {"unknown_model", "no_endpoint"}
"""Likewise after a break: the model was there a moment ago."""

Move = Retrying | SwitchedModel | Reconnecting


@dataclass(frozen=True, slots=True)
class Attempts:
    """How answers are had from a provider that may fail.

    Attributes:
        chance: A random number in [0, 1), anew at each call.
        now_epoch_s: The present moment, in seconds since 1970 (UTC), for resets told as moments.
    """

    provider: Provider
    policy: Policy = field(default_factory=Policy)
    deadlines: Deadlines = field(default_factory=Deadlines)
    chance: Callable[[], float] = random.random
    now_epoch_s: Callable[[], float] = time.time

    def stream(
        self,
        request: ChatRequest,
        key: Secret | None,
        *,
        begun: str = "",
        fallbacks: Sequence[ChatRequest] = (),
    ) -> AsyncGenerator[Event, None]:
        """The events of one answer; the first `RequestSent` is whoever's who asks for it.

        Args:
            request: What is asked for; its last message is `begun`, where that is given.
            key: What to ask with.
            begun: The beginning of the answer that the model is to go on from.
            fallbacks: What to ask of other models, in this order, when the one before cannot
                answer; each is the same question as its model takes it.

        Raises:
            ProviderError: nothing more can be tried; the events before it stand.
        """
        return _Answer(self, request, key, begun, fallbacks).events()


class _Answer:
    """One answer on its way, over all its requests."""

    def __init__(
        self,
        how: Attempts,
        request: ChatRequest,
        key: Secret | None,
        begun: str,
        fallbacks: Sequence[ChatRequest],
    ) -> None:
        self._how = how
        self._request = request
        self._chosen = request.model
        self._key = key
        self._begun = begun
        self._fallbacks = [other for other in fallbacks if other.model != request.model]
        self._tried = 1
        self._broken = 0
        self._shown: list[str] = []
        self._written_chars = 0
        self._has_reasoned = self._thinks_anew = False
        self._clock = asyncio.get_running_loop().time
        self._started_s = self._clock()
        self._broke_at_s: float | None = None
        self._ends_at_s = self._started_s + how.deadlines.total_s

    async def events(self) -> AsyncGenerator[Event, None]:
        """See `Attempts.stream`."""
        while True:
            try:
                async with aclosing(self._one_request()) as events:
                    async for event in events:
                        yield event
                        if isinstance(event, Finished):
                            return
                raise ReplyInterrupted("The stream ended without a finish reason.")
            except CannotGoOn:
                raise
            except ProviderError as error:
                move = self._next_move(error.failure)
                if move is None:
                    raise
            yield move
            if not isinstance(move, SwitchedModel):
                await asyncio.sleep(move.wait_s)
            model = self._request.model
            yield RequestSent(self._tried, model if model != self._chosen else None)

    async def _one_request(self) -> AsyncGenerator[Event, None]:
        self._thinks_anew = self._has_reasoned
        async with aclosing(self._asked()) as events:
            async for event in events:
                if not (isinstance(event, Continued) and self._shown):
                    yield self._noted(event)

    def _noted(self, event: Event) -> Event:
        """The event as it goes into the log, once what it means for later requests is kept."""
        match event:
            case Continued(text):
                self._shown.append(text)
            case StartedOver():
                self._shown.clear()
            case TextDelta(text):
                self._shown.append(text)
                self._written_chars += len(text)
                self._broke_at_s = None
            case ReasoningDelta(text):
                self._has_reasoned = True
                if self._thinks_anew:
                    # What an earlier request reasoned stays where it was shown.
                    self._thinks_anew = False
                    return ReasoningDelta(f"\n\n{text}")
        return event

    def _asked(self) -> AsyncGenerator[Event, None]:
        """The events of the next request, by what stands of the answer already."""
        if self._written_chars:
            seam = Seam("".join(self._shown))
            return resumed(seam, self._timely(self._going_on_from(seam.prefill)))
        events = self._timely(self._request)
        return continued(self._begun, events) if self._begun else events

    def _timely(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        events: AsyncIterator[Event] = self._how.provider.stream(request, self._key)
        return within(self._how.deadlines, events, self._ends_at_s)

    def _going_on_from(self, prefill: str) -> ChatRequest:
        messages = self._request.messages[:-1] if self._begun else self._request.messages
        if prefill:
            messages = (*messages, Message("assistant", prefill))
        left = self._request.max_tokens - estimated_tokens(self._written_chars)
        return replace(self._request, messages=messages, max_tokens=max(1, left))

    def _next_move(self, failure: Failure) -> Move | None:
        """What to do after a failure; None where nothing helps.

        Raises:
            CannotGoOn: the upstream does not let the model go on from what there is.

        Reasoning alone does not count as begun: no part of the answer has been shown, and no API
        takes up somebody's half reasoning, so the alternative to asking anew would be to fail.
        """
        if self._written_chars:
            return self._reconnection(failure)
        move = self._retry(failure) or self._switch(failure)
        if move is None and self._begun and _declines(failure, _TAKES_NO_BEGINNING):
            raise _cannot_go_on(failure)
        return move

    def _retry(self, failure: Failure) -> Retrying | None:
        most = self._how.policy.tries
        wait_s = self._wait_s(failure, self._tried, most - 1, self._started_s)
        if wait_s is None:
            return None
        self._tried += 1
        return Retrying(failure, self._tried, most, wait_s)

    def _switch(self, failure: Failure) -> SwitchedModel | None:
        while self._fallbacks:
            other = self._fallbacks.pop(0)
            if may_switch(failure, other.model):
                self._request, self._tried = other, 1
                return SwitchedModel(other.model, failure)
        return None

    def _reconnection(self, failure: Failure) -> Reconnecting | None:
        """The next reconnection; None where the failure itself is what the visitor should see.

        Raises:
            CannotGoOn: the upstream does not let the model go on.
        """
        if self._broken and _declines(failure, _CANNOT_GO_ON):
            raise _cannot_go_on(failure)
        if self._broke_at_s is None:
            self._broke_at_s = self._clock()
        most = self._how.policy.reconnects
        wait_s = self._wait_s(failure, self._broken + 1, most, self._broke_at_s)
        if wait_s is None:
            return None
        self._broken += 1
        self._tried = 1
        return Reconnecting(failure, self._broken, most, wait_s)

    def _wait_s(self, failure: Failure, failed: int, most: int, since_s: float) -> float | None:
        now_s = self._clock()
        wait_s = self._how.policy.wait_s(
            failure,
            failed,
            most,
            now_s - since_s,
            chance=self._how.chance(),
            now_epoch_s=self._how.now_epoch_s(),
        )
        is_too_late = wait_s is not None and now_s + wait_s >= self._ends_at_s
        return None if is_too_late else wait_s


def _declines(failure: Failure, kinds: frozenset[FailureKind]) -> bool:
    """Whether a request to go on failed because of what it asks for."""
    return failure.kind in kinds or failure.error_type == DECLINED


def _cannot_go_on(failure: Failure) -> CannotGoOn:
    told = f": {failure.detail}" if failure.detail else ""
    return CannotGoOn(f"it cannot be asked to{told}", status=failure.status)
