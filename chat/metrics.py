"""Figures about one reply, from the moments and counts in its log.

Nothing here guesses silently: what is not known is None, and an estimate says that it is one.
"""

from dataclasses import dataclass

from chat.events import Usage

CHARS_PER_TOKEN = 4
"""Rule of thumb for English text; used only where the upstream counted nothing."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations of one reply, in seconds, on one monotonic clock.

    Attributes:
        ttft_s: Request sent → first non-empty text delta.
        first_reasoning_s: Request sent → first non-empty reasoning delta.
        decode_s: First delta → last delta, reasoning included where it was streamed.
        total_s: Request sent → end of the answer, however it ended.
    """

    ttft_s: float | None = None
    first_reasoning_s: float | None = None
    decode_s: float | None = None
    total_s: float | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A number of tokens and whether somebody counted them."""

    count: int
    is_estimated: bool


def answer_tokens(usage: Usage | None, answer_chars: int) -> Tokens:
    """Completion tokens as the upstream counted them, else estimated from the characters."""
    if usage is not None:
        return Tokens(usage.completion_tokens, is_estimated=False)
    return Tokens(estimated_tokens(answer_chars), is_estimated=True)


def estimated_tokens(chars: int) -> int:
    """About how many tokens so many characters are."""
    return -(-chars // CHARS_PER_TOKEN)


def throughput_tok_s(
    tokens: int, timings: Timings, hidden_reasoning_tokens: int = 0
) -> float | None:
    """(tokens − 1) ÷ (last delta − first delta), in tokens per second.

    Reasoning that was counted but never streamed took its time before the first delta, so it is
    left out of the count. None where fewer than two tokens came or no time passed between them.
    """
    seen = tokens - hidden_reasoning_tokens
    if timings.decode_s is None or timings.decode_s <= 0 or seen < 2:
        return None
    return (seen - 1) / timings.decode_s
