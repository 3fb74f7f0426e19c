"""The visitor's own limits: on one answer, and on all answers of a session.

While an answer is written nobody has counted yet, so what it took is estimated from its characters
and images, rather too high than too low; at its end the upstream's own count takes the estimate's
place. Reasoning that is not streamed is in that count only. Prices are handed in; nothing here asks
for one.
"""

import threading
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, cast

from chat.errors import LimitReached
from chat.events import Event, ReasoningDelta, TextDelta, Usage, UsageReported
from chat.messages import ChatRequest, Secret
from chat.ports import Provider
from chat.token_bounds import most_image_tokens, tokens_of_weight, weight_of

LimitName = Literal["answer_tokens", "answer_usd", "session_tokens", "session_usd"]
"""Which limit was reached: the `error_type` of a `LimitReached`."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in USD per million tokens.

    Attributes:
        in_usd: A million tokens of the prompt.
        out_usd: A million tokens of the answer, reasoning included.
    """

    in_usd: float
    out_usd: float

    def of(self, prompt_tokens: int, answer_tokens: int) -> float:
        """The cost of one request, in USD."""
        return (prompt_tokens * self.in_usd + answer_tokens * self.out_usd) / 1e6


@dataclass(frozen=True, slots=True)
class Limits:
    """What the visitor allows; None is no limit.

    Tokens are those of answers, reasoning included; USD are for prompt and answer.
    """

    answer_tokens: int | None = None
    answer_usd: float | None = None
    session_tokens: int | None = None
    session_usd: float | None = None

    @property
    def has_usd(self) -> bool:
        """Whether money is limited, so that prices matter."""
        return self.answer_usd is not None or self.session_usd is not None


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used.

    Attributes:
        tokens: Tokens of answers, reasoning included.
        usd: Cost as far as it is known, in USD.
        is_estimated: Something in it was counted by nobody.
        is_whole: False where the cost of something in it is not known at all.
    """

    tokens: int = 0
    usd: float = 0.0
    is_estimated: bool = False
    is_whole: bool = True

    def __add__(self, other: "Spent") -> "Spent":
        """Both together."""
        return Spent(
            self.tokens + other.tokens,
            self.usd + other.usd,
            self.is_estimated or other.is_estimated,
            self.is_whole and other.is_whole,
        )


class Meter:
    """What a session has used so far; its answers, running ones too, write into it.

    One for each tab's session; may be read and written from any thread. It is shared rather than
    copied into a request, since other answers of the session run meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: dict[object, Spent] = {}

    @property
    def spent(self) -> Spent:
        """All answers together."""
        with self._lock:
            return sum(self._spent.values(), Spent())

    def note(self, answer: object, spent: Spent) -> None:
        """Writes what one answer has used up to now."""
        with self._lock:
            self._spent[answer] = spent


@dataclass(frozen=True, slots=True)
class Budget:
    """What one answer may use, and by which prices that is reckoned.

    Attributes:
        prices: By model id; a model that is not in it has no known price.
        meter: The session's, or None where no session is counted.
    """

    limits: Limits = field(default_factory=Limits)
    prices: Mapping[str, Price] = field(default_factory=dict)
    meter: Meter | None = None


def unpriced(budget: Budget, models: Iterable[str]) -> list[str]:
    """The models whose cost cannot be limited though the visitor wants it: nobody told a price.

    For them only the limits of tokens work; whoever asks says so to the visitor.
    """
    return [model for model in models if budget.limits.has_usd and model not in budget.prices]


@dataclass(slots=True)
class _Part:
    """One request: what it took, as far as it is known."""

    model: str
    prompt_tokens: int
    answer_weight: int = 0
    usage: Usage | None = None

    def spent(self, price: Price | None) -> Spent:
        usage = self.usage
        if usage is not None:
            tokens = usage.completion_tokens
            if usage.cost_usd is not None:
                return Spent(tokens, usage.cost_usd)
            prompt_tokens = usage.prompt_tokens
        elif self.answer_weight:
            tokens = tokens_of_weight(self.answer_weight)
            prompt_tokens = self.prompt_tokens
        else:
            # A request that brought nothing is taken to cost nothing, as OpenRouter does
            # (https://openrouter.ai/docs/guides/features/zero-completion-insurance).
            return Spent()
        if price is None:
            return Spent(tokens, is_estimated=usage is None, is_whole=False)
        return Spent(tokens, price.of(prompt_tokens, tokens), is_estimated=True)


class Fuse:
    """Reckons up one answer and blows at a limit.

    Tell it of each request, and feed it each event of that once, in order.

    Args:
        budget: What is allowed.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._part = _Part("", 0)
        self._earlier = Spent()

    @property
    def spent(self) -> Spent:
        """What the answer has used up to now."""
        return self._earlier + self._part.spent(self._budget.prices.get(self._part.model))

    def begin(self, request: ChatRequest) -> None:
        """Begins with a request, of those that the answer takes.

        Raises:
            LimitReached: a limit is reached already; it is not to be sent.
        """
        self.check()
        self._earlier = self.spent
        self._part = _Part(request.model, _prompt_tokens(request))

    def take(self, event: Event) -> None:
        """Counts an event in, and tells the session's meter.

        Raises:
            LimitReached: a limit is reached by it; what came so far is the answer.
        """
        match event:
            case TextDelta(text) | ReasoningDelta(text):
                self._part.answer_weight += weight_of(text)
            case UsageReported(usage):
                self._part.usage = usage
            case _:
                return
        spent = self.spent
        if self._budget.meter is not None:
            self._budget.meter.note(self, spent)
        # Once the upstream has counted there is nothing left to stop.
        if isinstance(event, TextDelta | ReasoningDelta):
            self._check(spent)

    def check(self) -> None:
        """Looks whether a limit is reached already.

        Raises:
            LimitReached: it is.
        """
        self._check(self.spent)

    def _check(self, spent: Spent) -> None:
        limits, meter = self._budget.limits, self._budget.meter
        _check("answer", spent, limits.answer_tokens, limits.answer_usd)
        # All that a session has used is added up only where somebody asks: each delta comes here.
        if meter is not None and (limits.session_tokens, limits.session_usd) != (None, None):
            _check("session", meter.spent, limits.session_tokens, limits.session_usd)


def _prompt_tokens(request: ChatRequest) -> int:
    weight = sum(weight_of(message.text) for message in request.messages)
    images = (image for message in request.messages for image in message.images)
    seen = sum(most_image_tokens(image, request.model) for image in images)
    return tokens_of_weight(weight) + seen


def _check(
    what: Literal["answer", "session"], spent: Spent, tokens: int | None, usd: float | None
) -> None:
    about = "about " if spent.is_estimated else ""
    if tokens is not None and spent.tokens >= tokens:
        raise LimitReached(
            f"{about}{spent.tokens:,} of {tokens:,} tokens", error_type=f"{what}_tokens"
        )
    if usd is not None and spent.usd >= usd:
        raise LimitReached(f"{about}${spent.usd:.6f} of ${usd:.6f}", error_type=f"{what}_usd")


@dataclass(frozen=True, slots=True)
class Fused:
    """A provider whose answers end at a limit: all that it says counts, be it shown or not.

    For one answer, whose requests share the fuse.
    """

    provider: Provider
    fuse: Fuse

    async def stream(self, request: ChatRequest, key: Secret | None) -> AsyncGenerator[Event, None]:
        """The events, up to the one that reaches a limit.

        Raises:
            LimitReached: a limit is reached, or was before anything was asked.
            ProviderError: as the provider's own.
        """
        self.fuse.begin(request)
        events = cast("AsyncGenerator[Event, None]", self.provider.stream(request, key))
        async with aclosing(events) as source:
            async for event in source:
                yield event
                self.fuse.take(event)
