"""Who of several was first: by time to first token, throughput, total time, cost. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from chat.conversations import ReplyRecord


@dataclass(frozen=True, slots=True)
class Ranks:
    """The places of one answer among several, from 1; None where its figure is not known.

    Equals share a place, and the next one is as many behind.
    """

    ttft: int | None
    throughput: int | None
    total: int | None
    cost: int | None


def ranks_of(replies: Sequence[ReplyRecord]) -> list[Ranks]:
    """The places of each answer. One that did not end well has none: it ran another course."""
    whole = [reply.outcome in {"completed", "truncated"} for reply in replies]

    def of(figures: Sequence[float | None]) -> list[int | None]:
        counted = zip(figures, whole, strict=True)
        return places([figure if is_whole else None for figure, is_whole in counted])

    pace = [reply.throughput_tok_s for reply in replies]
    columns = (
        of([reply.timings.ttft_s for reply in replies]),
        of([-tok_s if tok_s is not None else None for tok_s in pace]),
        of([reply.timings.total_s for reply in replies]),
        of([reply.usage.cost_usd if reply.usage is not None else None for reply in replies]),
    )
    return [Ranks(*row) for row in zip(*columns, strict=True)]


def places(figures: Sequence[float | None]) -> list[int | None]:
    """The place of each figure, the lowest first."""
    known = sorted(figure for figure in figures if figure is not None)
    return [None if figure is None else known.index(figure) + 1 for figure in figures]
