"""An ended answer in figures, for whoever counts or logs answers: no text and no owner in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from chat.conversations import Outcome
from chat.errors import FailureKind
from chat.events import Usage
from chat.live import LiveReply
from chat.measures import Measures
from chat.metrics import Timings, answer_pace_tok_s
from chat.reply import ReplyFold


@dataclass(frozen=True, slots=True)
class EndFigures:
    """What became of one answer.

    Attributes:
        generation_id: OpenRouter's id of its last request, where told.
        model: The id that was asked for.
        has_text: Whether anything of it was shown.
        gaps_s: The times between its deltas, in seconds.
        tok_s: Its throughput.
    """

    reply_id: str
    generation_id: str | None
    model: str
    served_model: str | None
    upstream_provider: str | None
    outcome: Outcome | None
    failure_kind: FailureKind | None
    failure_status: int | None
    usage: Usage | None
    timings: Timings
    measures: Measures
    tok_s: float | None
    has_text: bool
    tries: int
    reconnections: int
    gaps_s: Sequence[float]


def end_figures_of(live: LiveReply) -> EndFigures:
    """The figures of an answer whose log has ended."""
    fold = ReplyFold()
    fold.feed(live.read())
    return EndFigures(
        live.id,
        fold.generation_id,
        live.model,
        fold.served_model,
        fold.upstream_provider,
        fold.outcome,
        fold.failure.kind if fold.failure is not None else None,
        fold.failure.status if fold.failure is not None else None,
        fold.usage,
        fold.timings,
        fold.measures,
        answer_pace_tok_s(
            fold.usage, fold.text_chars, fold.reasoning_chars, fold.timings, fold.parts
        ),
        fold.text_chars > 0,
        fold.tries,
        fold.reconnections,
        list(chain.from_iterable(request.gaps_s for request in fold.requests)),
    )
