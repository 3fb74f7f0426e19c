"""A loop that leaps to its next timer instead of waiting, and an upstream that plays scripts."""

import asyncio
import selectors
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeVar

from chat.attempts import Attempts
from chat.deadlines import Deadlines
from chat.errors import ConnectionLost, Failure, ProviderError
from chat.events import Event, Failed, Finished, Logged, RequestSent, TextDelta
from chat.messages import ChatRequest, Message, Secret
from chat.reply import ReplyFold
from chat.retry import Policy

Result = TypeVar("Result")

QUESTION = Message("user", "hi")
REQUEST = ChatRequest("sim/x", (QUESTION,), max_tokens=1000)
DONE = Finished("stop")

Step = Event | Exception | float
"""An event to yield, an exception to raise, or seconds of silence."""
Script = Callable[[ChatRequest], list[Step]] | list[Step]


class LeapingLoop(asyncio.SelectorEventLoop):
    """Timers fire at once, in order; `time()` says when they would have."""

    def __init__(self) -> None:
        self.now_s = 0.0
        super().__init__(_Leaping(self))

    def time(self) -> float:
        return self.now_s


class _Leaping(selectors.DefaultSelector):
    def __init__(self, loop: LeapingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing is left that could happen"
            self._loop.now_s += max(0.0, timeout)
        return ready


def leaping(work: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine gives, on such a loop."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(work)


def now_s() -> float:
    return asyncio.get_running_loop().time()


class Upstream:
    """A `Provider` that plays one script for each request, and the last for all after it."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = scripts
        self.requests: list[ChatRequest] = []
        self.sent_s: list[float] = []
        self.open = 0

    async def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:  # noqa: ARG002 - the port's signature
        script = self._scripts[min(len(self.requests), len(self._scripts) - 1)]
        self.requests.append(request)
        self.sent_s.append(now_s())
        self.open += 1
        try:
            for step in script(request) if callable(script) else script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.open -= 1


class Answer:
    """An answer as the engine would have logged it."""

    def __init__(self, entries: list[Logged]) -> None:
        self.entries = entries
        self.events = [entry.event for entry in entries]
        self.fold = ReplyFold()
        self.fold.feed(entries)

    @property
    def failure(self) -> Failure | None:
        return self.fold.failure

    def of(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


async def logged(events: AsyncGenerator[Event, None]) -> Answer:
    """Everything that comes, with its moment, as the engine writes it down."""
    entries = [Logged(0, now_s(), RequestSent())]
    try:
        async with aclosing(events):
            async for event in events:
                entries.append(Logged(len(entries), now_s(), event))
    except ProviderError as error:
        entries.append(Logged(len(entries), now_s(), Failed(error.failure)))
    return Answer(entries)


def answer_of(attempts: Attempts, begun: str = "", fallbacks: tuple[str, ...] = ()) -> Answer:
    """One whole answer, on a leaping loop."""

    async def run() -> Answer:
        request = REQUEST
        if begun:
            request = ChatRequest("sim/x", (QUESTION, Message("assistant", begun)), 1000)
        others = [replace(request, model=model) for model in fallbacks]
        return await logged(attempts.stream(request, None, begun=begun, fallbacks=others))

    return leaping(run())


POLICY = Policy(tries=4, total_s=60, reconnects=2, base_s=2, cap_s=20)


def attempts(upstream: Upstream, policy: Policy = POLICY, total_s: float = 900) -> Attempts:
    """With chance in the middle, so that waits are 1, 2 and 4 seconds."""
    return Attempts(upstream, policy, Deadlines(total_s=total_s), lambda: 0.5, lambda: 0.0)


def asked(*scripts: Script, fallbacks: tuple[str, ...] = ()) -> tuple[Answer, Upstream]:
    upstream = Upstream(*scripts)
    answer = answer_of(attempts(upstream), fallbacks=fallbacks)
    assert upstream.open == 0
    return answer, upstream


def broken_after(text: str, error: ProviderError | None = None) -> list[Step]:
    return [TextDelta(text), error or ConnectionLost()]


def words(text: str) -> list[Step]:
    """The text in deltas of a few characters."""
    return [TextDelta(text[n : n + 5]) for n in range(0, len(text), 5)]
