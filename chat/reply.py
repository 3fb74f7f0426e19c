"""Events → reply: the one fold that says what a log amounts to so far.

Text, reasoning, usage, outcome and timings are all read off here; nothing keeps a second truth.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chat.conversations import Outcome
from chat.errors import Failure, FailureKind
from chat.events import (
    Continued,
    Failed,
    Finished,
    FinishReason,
    Logged,
    Opened,
    ReasoningDelta,
    RequestSent,
    StartedOver,
    Stopped,
    TextDelta,
    Usage,
    UsageReported,
)
from chat.metrics import Timings

_OUTCOME_OF: dict[FinishReason, Outcome] = {
    "stop": "completed",
    "tool_calls": "completed",
    "length": "truncated",
    "content_filter": "filtered",
}
_OUTCOME_OF_FAILURE: dict[FailureKind, Outcome] = {
    "interrupted": "interrupted",
    # The visitor's own limit: stopped as wanted, and the failure says by what.
    "limit_reached": "stopped",
}


@dataclass(slots=True)
class ReplyFold:
    """Grows with the log; feed it each entry once, in order.

    Cost: constant per entry; `text` and `reasoning` join their pieces when asked.
    """

    outcome: Outcome | None = None
    failure: Failure | None = None
    usage: Usage | None = None
    generation_id: str | None = None
    served_model: str | None = None
    upstream_provider: str | None = None
    has_started_over: bool = False
    text_chars: int = 0
    reasoning_chars: int = 0
    sent_at_s: float | None = None
    first_text_at_s: float | None = None
    first_reasoning_at_s: float | None = None
    last_delta_at_s: float | None = None
    ended_at_s: float | None = None
    _text: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)

    def feed(self, entries: Iterable[Logged]) -> None:
        """Takes in the next entries of the log."""
        for entry in entries:
            self._take(entry)

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """The model's reasoning so far."""
        return "".join(self._reasoning)

    @property
    def timings(self) -> Timings:
        """Durations as far as they are known; see `Timings` for each."""
        starts = [s for s in (self.first_text_at_s, self.first_reasoning_at_s) if s is not None]
        return Timings(
            ttft_s=_between(self.sent_at_s, self.first_text_at_s),
            first_reasoning_s=_between(self.sent_at_s, self.first_reasoning_at_s),
            decode_s=_between(min(starts, default=None), self.last_delta_at_s),
            total_s=_between(self.sent_at_s, self.ended_at_s),
        )

    def _take(self, entry: Logged) -> None:
        event, at_s = entry.event, entry.at_s
        match event:
            case RequestSent():
                self.sent_at_s = at_s
            case Opened():
                self.generation_id = event.generation_id or self.generation_id
                self.served_model = event.model or self.served_model
                self.upstream_provider = event.upstream_provider or self.upstream_provider
            case Continued(text):
                self._text.append(text)
            case StartedOver():
                self._text.clear()
                self.has_started_over = True
            case TextDelta(text):
                self._text.append(text)
                self.text_chars += len(text)
                self.first_text_at_s = (
                    at_s if self.first_text_at_s is None else self.first_text_at_s
                )
                self.last_delta_at_s = at_s
            case ReasoningDelta(text):
                self._reasoning.append(text)
                self.reasoning_chars += len(text)
                if self.first_reasoning_at_s is None:
                    self.first_reasoning_at_s = at_s
                self.last_delta_at_s = at_s
            case UsageReported(usage):
                self.usage = usage
            case Finished(reason):
                self._end(_OUTCOME_OF[reason], at_s)
            case Failed(failure):
                self.failure = failure
                self._end(_OUTCOME_OF_FAILURE.get(failure.kind, "failed"), at_s)
            case Stopped(by_visitor):
                self._end("stopped" if by_visitor else "interrupted", at_s)

    def _end(self, outcome: Outcome, at_s: float) -> None:
        self.outcome = outcome
        self.ended_at_s = at_s


def _between(start_s: float | None, end_s: float | None) -> float | None:
    return None if start_s is None or end_s is None else end_s - start_s
