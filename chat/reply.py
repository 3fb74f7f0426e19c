"""Events → reply: the one fold that says what a log amounts to so far.

Text, reasoning, usage, outcome and timings are all read off here; nothing keeps a second truth.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chat.conversations import Outcome
from chat.errors import Failure, FailureKind
from chat.events import (
    Continued,
    Ending,
    Failed,
    Finished,
    FinishReason,
    Logged,
    Opened,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    StartedOver,
    Stopped,
    SwitchedModel,
    TextDelta,
    Usage,
    UsageReported,
    Waiting,
)
from chat.measures import Measures
from chat.metrics import Part, Timings, summed
from chat.reply_requests import Request, measures_of, timings_of, tries_of

_OUTCOME_OF: dict[FinishReason, Outcome] = {
    "stop": "completed",
    "tool_calls": "completed",
    "length": "truncated",
    "content_filter": "filtered",
}
_OUTCOME_OF_FAILURE: dict[FailureKind, Outcome] = {
    "interrupted": "interrupted",
    "cannot_go_on": "interrupted",
    # The visitor's own limit: stopped as wanted, and the failure says by what.
    "limit_reached": "stopped",
}
_OUTCOME_OF_PARTIAL: dict[FailureKind, Outcome] = {
    # A limit of the server's.
    "total_timeout": "stopped",
    # The stream broke off, fell silent or became unreadable: nobody said that the answer failed.
    "connection_lost": "interrupted",
    "gap_timeout": "interrupted",
    "timed_out": "interrupted",
    "bad_answer": "interrupted",
}
"""Where some text came before the failure; without any the answer has failed."""


@dataclass(slots=True)
class ReplyFold:
    """Grows with the log; feed it each entry once, in order.

    Cost: constant per entry; `text` and `reasoning` join their pieces when asked.
    """

    outcome: Outcome | None = None
    failure: Failure | None = None
    generation_id: str | None = None
    served_model: str | None = None
    upstream_provider: str | None = None
    has_started_over: bool = False
    text_chars: int = 0
    reasoning_chars: int = 0
    reconnections: int = 0
    switched_to: tuple[str, ...] = ()
    ended_at_s: float | None = None
    _requests: list[Request] = field(default_factory=list)
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
        return timings_of(self._requests, self.ended_at_s)

    @property
    def measures(self) -> Measures:
        """Where the time went so far; sorts all gaps, so it is for the end."""
        return measures_of(self._requests)

    @property
    def usage(self) -> Usage | None:
        """What the upstream counted, over all requests; None while it has not counted all."""
        return summed([request.usage for request in self._requests if request.has_taken])

    @property
    def parts(self) -> tuple[Part, ...]:
        """What each request brought; empty where one brought everything."""
        parts = tuple(request.part() for request in self._requests if request.chars)
        return parts if len(parts) > 1 else ()

    @property
    def tries(self) -> int:
        """Requests until the first text, the one that brought it included; at least 1."""
        return max(1, tries_of(self._requests))

    @property
    def requests(self) -> Sequence[Request]:
        """Every request that was sent for the answer, in order."""
        return self._requests

    def _take(self, entry: Logged) -> None:
        event, at_s = entry.event, entry.at_s
        match event:
            case RequestSent(_, model):
                self._requests.append(Request(at_s, model))
            case SwitchedModel(model):
                self.switched_to = (*self.switched_to, model)
                self.generation_id = self.served_model = self.upstream_provider = None
            case Reconnecting():
                self.reconnections += 1
            case Opened():
                self._request.take_opened(at_s)
                self._request.generation_id = event.generation_id or self._request.generation_id
                self.generation_id = event.generation_id or self.generation_id
                self.served_model = event.model or self.served_model
                self.upstream_provider = event.upstream_provider or self.upstream_provider
            case Waiting():
                self._request.keep_alives += 1
            case Continued(text):
                self._text.append(text)
            case StartedOver():
                self._text.clear()
                self.has_started_over = True
            case TextDelta(text):
                self._text.append(text)
                self.text_chars += len(text)
                self._request.take_text(text, at_s)
            case ReasoningDelta(text):
                self._reasoning.append(text)
                self.reasoning_chars += len(text)
                self._request.take_reasoning(text, at_s)
            case UsageReported(usage):
                self._request.take_event(at_s)
                self._request.usage = usage
            case Finished() | Failed() | Stopped():
                self._end(event, at_s)

    def _end(self, ending: Ending, at_s: float) -> None:
        self.ended_at_s = at_s
        match ending:
            case Finished(reason):
                self.outcome = _OUTCOME_OF[reason]
            case Failed(failure):
                self.failure = failure
                outcomes = _OUTCOME_OF_FAILURE | (_OUTCOME_OF_PARTIAL if any(self._text) else {})
                self.outcome = outcomes.get(failure.kind, "failed")
            case Stopped(by_visitor):
                self.outcome = "stopped" if by_visitor else "interrupted"

    @property
    def _request(self) -> Request:
        """The request whose events come now."""
        if not self._requests:
            self._requests.append(Request(None, None))
        return self._requests[-1]
