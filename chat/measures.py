"""Where the time of one answer went, beyond `metrics.Timings`: formulas over moments, no log here.

Durations are seconds on one monotonic clock; where that clock stood still or jumped back, a
duration counts as 0, never as less. What is not known is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STALL_S = 1.0
"""A gap between two deltas that is longer than this, in seconds, is a stall."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What an answer's log tells of its way; known once the answer has ended.

    The first four are of the request that brought the first text, or of the last one where none
    did, as in `Timings`.

    Attributes:
        connect_s: Request sent → the response's headers, in seconds.
        queue_s: Headers → the first event that is no keep-alive: how long the answer waited at
            the upstream, which sends keep-alives meanwhile.
        first_event_s: Request sent → that first event; the sum of the two before.
        keep_alives: How many keep-alives came before it.
        reasoning_s: First reasoning → first text of the same request, or → last reasoning where
            no text came; None without streamed reasoning.
        gap_p50_s: Median of the chunk gaps, the times between two deltas (text or reasoning) of
            one request; the time across a break is in `Timings.reconnect_s` instead.
        gap_p95_s: Their 95th percentile; as all here by `quantile`.
        gap_p99_s: Their 99th percentile.
        gap_max_s: The longest of them.
        stalls: How many are longer than `STALL_S`.
        stall_s: How long those are together.
    """

    connect_s: float | None = None
    queue_s: float | None = None
    first_event_s: float | None = None
    keep_alives: int | None = None
    reasoning_s: float | None = None
    gap_p50_s: float | None = None
    gap_p95_s: float | None = None
    gap_p99_s: float | None = None
    gap_max_s: float | None = None
    stalls: int | None = None
    stall_s: float | None = None


@dataclass(frozen=True, slots=True)
class PaintFigures:
    """The same answer as it was seen in a visitor's browser.

    Attributes:
        ttft_s: First request sent → first text painted, in seconds; with failed tries.
        lag_p50_s: Median of: the server wrote its figures → the page had painted them.
        lag_p95_s: 95th percentile of that.
        freeze_s: Longest time the page did not react while the answer came.
    """

    ttft_s: float | None = None
    lag_p50_s: float | None = None
    lag_p95_s: float | None = None
    freeze_s: float | None = None


@dataclass(frozen=True, slots=True)
class UpstreamSays:
    """The upstream's own figures about one answer, asked for after its end.

    Source: https://openrouter.ai/docs/api-reference/get-a-generation

    Attributes:
        latency_s: Until its first token, as the upstream measured it, in seconds.
        generation_s: How long it generated, in seconds.
        prompt_tokens: In the model's own tokenizer's tokens.
        completion_tokens: Likewise, reasoning included.
    """

    latency_s: float | None = None
    generation_s: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Gaps:
    """The chunk gaps summed up; see `Measures`. Nothing is known where there are none."""

    p50_s: float | None = None
    p95_s: float | None = None
    p99_s: float | None = None
    max_s: float | None = None
    stalls: int | None = None
    stall_s: float | None = None


def quantile(ascending: Sequence[float], share: float) -> float | None:
    """The value below which that share of the values lies, linear between the two nearest.

    Args:
        ascending: The values, in order.
        share: From 0 to 1. Of n values number k (from 0) stands at share k ÷ (n − 1).
    """
    if not ascending:
        return None
    place = share * (len(ascending) - 1)
    below = int(place)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (ascending[above] - ascending[below]) * (place - below)


def gaps_of(gaps_s: Sequence[float]) -> Gaps:
    """What the gaps, in seconds, amount to."""
    if not gaps_s:
        return Gaps()
    ascending = sorted(gaps_s)
    stalled_s = [gap_s for gap_s in ascending if gap_s > STALL_S]
    return Gaps(
        quantile(ascending, 0.50),
        quantile(ascending, 0.95),
        quantile(ascending, 0.99),
        ascending[-1],
        len(stalled_s),
        sum(stalled_s),
    )


def inter_token_s(tok_s: float | None) -> float | None:
    """Mean time between two tokens: decoding time ÷ (tokens − 1), one over the throughput."""
    return 1 / tok_s if tok_s else None
