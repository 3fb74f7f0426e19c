"""What a visitor prefers: favourite models, system prompts to choose from, measured speeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from chat.conversations import ReplyRecord

RECENT = 5
PRESET_NAME_CHARS = 60
SYSTEM_PROMPT_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Preset:
    """A system prompt under a name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model answered here.

    Attributes:
        answers: How many answers it is the middle of.
        ttft_s: Median time to first token in seconds, or None where none came.
        tok_s: Median throughput in tokens per second, likewise.
    """

    answers: int
    ttft_s: float | None
    tok_s: float | None


def speeds_of(replies: Sequence[ReplyRecord]) -> dict[str, Speed]:
    """The medians of each model that was asked, by its id, the most recently used first.

    Args:
        replies: Ended ones, newest first; one whose text never came has no figures to count.
    """
    by_model: dict[str, list[ReplyRecord]] = {}
    for reply in replies:
        by_model.setdefault(reply.model, []).append(reply)
    return {model: _speed(asked) for model, asked in by_model.items()}


def _speed(replies: Sequence[ReplyRecord]) -> Speed:
    ttft_s = [r.timings.ttft_s for r in replies if r.timings.ttft_s is not None]
    tok_s = [pace for r in replies if (pace := r.throughput_tok_s) is not None]
    return Speed(len(ttft_s), median(ttft_s) if ttft_s else None, median(tok_s) if tok_s else None)
