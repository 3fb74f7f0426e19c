"""The requests of one answer and the moments of each, as the fold over its log collects them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from chat.events import Usage
from chat.measures import Measures, gaps_of
from chat.metrics import Part, Timings


@dataclass(slots=True)
class Request:
    """What came of one request so far; moments are in seconds on the log's clock.

    Attributes:
        sent_at_s: When it left, or None where the log does not say.
        model: Whom it went to where that is not the model that was chosen, or None.
        opened_at_s: When the response's headers came.
        first_event_at_s: When the first event came after them, keep-alives not counted.
        keep_alives: How many of those came before it.
        gaps_s: The times between its deltas, in order; never less than 0.
    """

    sent_at_s: float | None
    model: str | None
    opened_at_s: float | None = None
    first_event_at_s: float | None = None
    keep_alives: int = 0
    first_at_s: float | None = None
    first_text_at_s: float | None = None
    first_reasoning_at_s: float | None = None
    last_at_s: float | None = None
    chars: int = 0
    usage: Usage | None = None
    generation_id: str | None = None
    gaps_s: list[float] = field(default_factory=list)

    @property
    def has_taken(self) -> bool:
        """Whether it brought or cost something; a refusal does neither."""
        return self.chars > 0 or self.usage is not None

    @property
    def decode_s(self) -> float | None:
        """First delta → last delta, in seconds."""
        return _between(self.first_at_s, self.last_at_s)

    def take_opened(self, at_s: float) -> None:
        """The response's headers came, or its first chunk told more about who answers."""
        if self.opened_at_s is None:
            self.opened_at_s = at_s
        else:
            self.take_event(at_s)

    def take_event(self, at_s: float) -> None:
        """Something came that is no keep-alive."""
        if self.first_event_at_s is None:
            self.first_event_at_s = at_s

    def take_text(self, text: str, at_s: float) -> None:
        """A piece of the answer came."""
        if self.first_text_at_s is None:
            self.first_text_at_s = at_s
        self._take(text, at_s)

    def take_reasoning(self, text: str, at_s: float) -> None:
        """A piece of reasoning came."""
        if self.first_reasoning_at_s is None:
            self.first_reasoning_at_s = at_s
        self._take(text, at_s)

    def part(self) -> Part:
        """It as a part of the answer."""
        return Part(
            first_s=_between(self.sent_at_s, self.first_at_s),
            decode_s=self.decode_s or 0.0,
            chars=self.chars,
            model=self.model,
            generation_id=self.generation_id,
            usage=self.usage,
        )

    def _take(self, text: str, at_s: float) -> None:
        self.take_event(at_s)
        if self.first_at_s is None:
            self.first_at_s = at_s
        if self.last_at_s is not None:
            self.gaps_s.append(max(0.0, at_s - self.last_at_s))
        self.last_at_s = at_s
        self.chars += len(text)


def tries_of(requests: Sequence[Request]) -> int:
    """How many requests were sent until the first text, the one that brought it included."""
    brought = (n for n, request in enumerate(requests, 1) if request.first_text_at_s is not None)
    return next(brought, len(requests))


def timings_of(requests: Sequence[Request], ended_at_s: float | None) -> Timings:
    """The durations of the answer; see `Timings` for each."""
    if not requests:
        return Timings()
    tries = tries_of(requests)
    first, answered = requests[0], requests[tries - 1]
    reasoned = next((r for r in requests if r.first_reasoning_at_s is not None), first)
    spans_s = [r.decode_s for r in requests if r.decode_s is not None]
    went_on = [r for r in requests[tries - 1 :] if r.first_text_at_s is not None]
    gaps_s = [_between(one.last_at_s, other.first_at_s) or 0.0 for one, other in pairwise(went_on)]
    return Timings(
        ttft_s=_between(answered.sent_at_s, answered.first_text_at_s),
        first_reasoning_s=_between(reasoned.sent_at_s, reasoned.first_reasoning_at_s),
        decode_s=sum(spans_s) if spans_s else None,
        total_s=_between(first.sent_at_s, ended_at_s),
        retry_s=_between(first.sent_at_s, answered.sent_at_s) if tries > 1 else None,
        reconnect_s=sum(gaps_s) if gaps_s else None,
    )


def measures_of(requests: Sequence[Request]) -> Measures:
    """Where the time went; see `Measures` for each."""
    if not requests:
        return Measures()
    answered = requests[tries_of(requests) - 1]
    reasoned = next((r for r in requests if r.first_reasoning_at_s is not None), None)
    gaps = gaps_of(list(chain.from_iterable(request.gaps_s for request in requests)))
    return Measures(
        connect_s=_between(answered.sent_at_s, answered.opened_at_s),
        queue_s=_between(answered.opened_at_s, answered.first_event_at_s),
        first_event_s=_between(answered.sent_at_s, answered.first_event_at_s),
        keep_alives=answered.keep_alives if answered.opened_at_s is not None else None,
        reasoning_s=_reasoning_s(reasoned) if reasoned is not None else None,
        gap_p50_s=gaps.p50_s,
        gap_p95_s=gaps.p95_s,
        gap_p99_s=gaps.p99_s,
        gap_max_s=gaps.max_s,
        stalls=gaps.stalls,
        stall_s=gaps.stall_s,
    )


def _reasoning_s(request: Request) -> float | None:
    end_s = request.last_at_s if request.first_text_at_s is None else request.first_text_at_s
    return _between(request.first_reasoning_at_s, end_s)


def _between(start_s: float | None, end_s: float | None) -> float | None:
    return None if start_s is None or end_s is None else max(0.0, end_s - start_s)
