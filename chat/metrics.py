"""Figures about one reply, from the moments and counts in its log.

Nothing here guesses silently: what is not known is None, and an estimate says that it is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from chat.events import Usage

CHARS_PER_TOKEN = 4
"""Rule of thumb for English text; used only where the upstream counted nothing."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations of one reply, in seconds, on one monotonic clock.

    Attributes:
        ttft_s: Request sent → first non-empty text delta, of the request that brought it: tries
            that failed before are in `retry_s` only.
        first_reasoning_s: Request sent → first non-empty reasoning delta, likewise.
        decode_s: First delta → last delta, reasoning included where it was streamed. Of an answer
            in several parts the sum over the parts, without the time between them.
        total_s: First request sent → end of the answer, however it ended; counts everything.
        retry_s: First request sent → the request sent that brought the first text (or the last
            one, while none has): what failed tries and the waits after them took. None where the
            first try did it.
        reconnect_s: Last delta before each break → first delta after it, summed over the breaks.
            None where the answer did not break off, or never went on.
    """

    ttft_s: float | None = None
    first_reasoning_s: float | None = None
    decode_s: float | None = None
    total_s: float | None = None
    retry_s: float | None = None
    reconnect_s: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one request brought of an answer that several were needed for.

    Attributes:
        first_s: Its request sent → its first delta, in seconds.
        decode_s: Its first delta → its last, in seconds.
        chars: Characters of text and reasoning it brought.
        model: Whom it went to.
        generation_id: OpenRouter's id of it, where told.
        usage: What the upstream counted for it; a request that broke off is not counted, as a rule.
    """

    first_s: float | None
    decode_s: float
    chars: int
    model: str | None = None
    generation_id: str | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A number of tokens and whether somebody counted them."""

    count: int
    is_estimated: bool


def answer_tokens(usage: Usage | None, answer_chars: int, parts: Sequence[Part] = ()) -> Tokens:
    """Completion tokens as the upstream counted them, else estimated from the characters.

    Of an answer in parts each that was counted is taken as counted.
    """
    if usage is not None:
        return Tokens(usage.completion_tokens, is_estimated=False)
    if not any(part.usage for part in parts):
        return Tokens(estimated_tokens(answer_chars), is_estimated=True)
    counts = [
        part.usage.completion_tokens if part.usage is not None else estimated_tokens(part.chars)
        for part in parts
    ]
    return Tokens(sum(counts), is_estimated=True)


def least_usd(parts: Sequence[Part]) -> float | None:
    """What an answer in parts has cost as far as its parts were told of; None where none was."""
    costs = [part.usage.cost_usd for part in parts if part.usage is not None]
    return _sum([cost for cost in costs if cost is not None] or [None])


def estimated_tokens(chars: int) -> int:
    """About how many tokens so many characters are."""
    return -(-chars // CHARS_PER_TOKEN)


def summed(usages: Sequence[Usage | None]) -> Usage | None:
    """What several requests took together; a figure that one of them lacks is not known."""
    known = [usage for usage in usages if usage is not None]
    if not known or len(known) < len(usages):
        return None
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in known),
        completion_tokens=sum(usage.completion_tokens for usage in known),
        reasoning_tokens=_sum([usage.reasoning_tokens for usage in known]),
        cached_tokens=_sum([usage.cached_tokens for usage in known]),
        cost_usd=_sum([usage.cost_usd for usage in known]),
    )


def throughput_tok_s(
    tokens: int, timings: Timings, hidden_reasoning_tokens: int = 0, parts: int = 1
) -> float | None:
    """(tokens − parts) ÷ decoding time, in tokens per second; as a rule there is one part.

    The first delta of each part took its time before the part's decoding began. Reasoning that was
    counted but never streamed took its time before the first delta too, so it is left out of the
    count. None where too few tokens came or no time passed between them.
    """
    seen = tokens - hidden_reasoning_tokens
    if timings.decode_s is None or timings.decode_s <= 0 or seen <= parts:
        return None
    return (seen - parts) / timings.decode_s


def answer_pace_tok_s(
    usage: Usage | None,
    text_chars: int,
    reasoning_chars: int,
    timings: Timings,
    parts: Sequence[Part],
) -> float | None:
    """Throughput of an answer in tokens per second, by the definition above.

    Args:
        usage: What the upstream counted, if it did.
        text_chars: Length of the text.
        reasoning_chars: Length of the reasoning that was streamed.
        timings: What it took.
        parts: What each request brought; empty where one brought everything.
    """
    # Reasoning that was not streamed is in the count but not in the time.
    counted = [usage] if usage is not None else [part.usage for part in parts]
    reasoned = sum(one.reasoning_tokens or 0 for one in counted if one is not None)
    hidden = 0 if reasoning_chars else reasoned
    tokens = answer_tokens(usage, text_chars + reasoning_chars, parts)
    return throughput_tok_s(tokens.count, timings, hidden, max(1, len(parts)))


_Number = TypeVar("_Number", int, float)


def _sum(numbers: Sequence[_Number | None]) -> _Number | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
