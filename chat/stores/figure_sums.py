"""Sums over columns of replies: what the metrics page shows, with exact percentiles. No query."""

from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any

import numpy as np

from chat.figures import (
    Bucket,
    Hour,
    Known,
    ModelFigures,
    Point,
    SortBy,
    Spread,
    Summary,
    Totals,
    View,
)
from chat.stores import figure_memory
from chat.stores.figure_columns import Columns, Exact, Named, Real
from chat.stores.figure_memory import Bits

BUCKETS = 60
"""Pieces that the time looked at is cut into, at most."""
MODELS = 20
POINTS = 1000
ROLLED = 3
"""Pieces that a rolling percentile is taken over."""
_LEAST_AXIS_US = 10 * 60 * 1_000_000
"""The pieces span this much at least: the axis of a single reply would be all seconds."""
_STEPS_S = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400, 28 * 86_400)
"""How long a piece may be, in seconds; beyond them multiples of the last."""
_QUARTER_US = 900_000_000
"""Of an hour, in which every place of the world has one hour of the day and one offset."""
_FAILED = ("failed",)


class Span:
    """A `Reading`: the replies of some time, and of as long before for the comparison.

    Args:
        columns: The replies of both, perhaps some more, in the order in which they began.
        since: The beginning of the time; None for that of the first reply.
        until: Its end.
        threads: Compute, two at once; the same ones for all, so that what malloc keeps for each
            thread is kept for these and not for every page that is drawn.
    """

    def __init__(
        self, columns: Columns, since: datetime | None, until: datetime, threads: Executor
    ) -> None:
        self._threads = threads
        self._until_us = _us(until)
        self._begins_us = int(columns.at_us[0]) if since is None and len(columns) else 0
        if since is not None:
            self._begins_us = _us(since)
        self._in_time = columns.between(self._begins_us, self._until_us)
        # An axis of 30 days says nothing of the first half an hour: it begins with the first reply,
        # whatever the view leaves, so that a filter does not move it.
        first_us = int(self._in_time.at_us[0]) if len(self._in_time) else self._until_us
        self._axis_us = min(first_us, self._until_us - _LEAST_AXIS_US)
        if since is not None:
            self._axis_us = max(self._axis_us, self._begins_us)
        self._before = None
        if since is not None:
            earlier_us = 2 * self._begins_us - self._until_us
            self._before = columns.between(earlier_us, self._begins_us)

    @property
    def known(self) -> Known:
        """What the replies of that time can be filtered by."""
        columns = self._in_time
        return Known(*map(_present, (columns.model, columns.provider, columns.outcome)))

    def summarise(self, view: View) -> Summary:
        """Sums those replies up that the view leaves."""
        begin = self._threads.submit
        chosen = begin(_select, self._in_time, view).result()
        # Those that take long first. Both cores work: numpy lets go of Python's lock.
        buckets = begin(_buckets, chosen, self._axis_us, self._until_us)
        by_model = begin(_by_model, chosen)
        totals = begin(_totals, chosen)
        hours = begin(_hours, chosen, view)
        failures = begin(_failures, chosen)
        before = None
        if self._before is not None:
            before = begin(_totals, begin(_select, self._before, view).result()).result()
        return Summary(
            totals.result(),
            before,
            buckets.result(),
            _points(chosen),
            by_model.result(),
            failures.result(),
            hours.result(),
        )

    def first(
        self, view: View, limit: int, sort: SortBy = "started_at", *, ascending: bool = False
    ) -> list[int]:
        """The numbers of the first replies in an order; unknown figures last."""
        chosen = self._threads.submit(_select, self._in_time, view).result()
        if sort == "started_at":
            numbers = chosen.number if ascending else chosen.number[::-1]
            return [int(number) for number in numbers[:limit]]
        keys, largest = getattr(chosen, sort), not ascending
        places = self._threads.submit(figure_memory.smallest, keys, limit, largest=largest).result()
        return [int(number) for number in chosen.number[places]]


def _select(columns: Columns, view: View) -> Columns:
    """The replies of the view's models, providers and outcomes."""
    chosen: Bits | None = None
    for column, wanted in (
        (columns.model, view.models),
        (columns.provider, view.providers),
        (columns.outcome, view.outcomes),
    ):
        if wanted:
            found = column.among(wanted)
            chosen = found if chosen is None else np.logical_and(chosen, found, out=chosen)
    return columns if chosen is None else columns.where(chosen)


def percentiles(values: Real, wanted: Sequence[float]) -> list[float | None]:
    """Percentiles of the known values, interpolated linearly; None where there are none."""
    known = values[~np.isnan(values)]
    if not len(known):
        return [None] * len(wanted)
    # The copy may be put in another order: no second one is made of it.
    return [float(value) for value in np.percentile(known, list(wanted), overwrite_input=True)]


def _totals(columns: Columns) -> Totals:
    """The tiles of these replies."""
    failed = int(np.count_nonzero(columns.outcome.among(_FAILED)))
    ttft_p50_s, ttft_p95_s = percentiles(columns.ttft_s, (50, 95))
    [tok_s_p50] = percentiles(columns.tok_s, (50,))
    cost_usd = _sum(columns.cost_usd)
    return Totals(len(columns), ttft_p50_s, ttft_p95_s, tok_s_p50, cost_usd, failed)


def _sum(values: Exact) -> float | None:
    """The sum of the known values; None where there are none."""
    known = values[~np.isnan(values)]
    return float(known.sum()) if len(known) else None


def step_us(length_us: int) -> int:
    """How long a piece of so long a time is, in microseconds: a round length."""
    for step_s in _STEPS_S:
        if length_us <= BUCKETS * step_s * 1_000_000:
            return step_s * 1_000_000
    last_us = _STEPS_S[-1] * 1_000_000
    return last_us * -(-length_us // (BUCKETS * last_us))


def _buckets(columns: Columns, begins_us: int, until_us: int) -> tuple[Bucket, ...]:
    if not len(columns):
        return ()
    step = step_us(max(1, until_us - begins_us - 1))
    first, count = begins_us // step, (until_us - 1) // step - begins_us // step + 1
    edges = np.searchsorted(columns.at_us, (first + np.arange(count + 1)) * step)
    failed = columns.outcome.among(_FAILED)
    made = []
    for n in range(count):
        own = slice(edges[n], edges[n + 1])
        rolled = slice(edges[max(0, n + 1 - ROLLED)], edges[n + 1])
        made.append(
            Bucket(
                _at(int(first + n) * step),
                _at(int(first + n + 1) * step),
                int(edges[n + 1] - edges[n]),
                int(np.count_nonzero(failed[own])),
                _sum(columns.cost_usd[own]) or 0.0,
                *percentiles(columns.ttft_s[rolled], (50, 95)),
                *percentiles(columns.tok_s[rolled], (50, 95)),
            )
        )
    return tuple(made)


def _points(columns: Columns) -> tuple[Point, ...]:
    taken = range(0, len(columns), max(1, -(-len(columns) // POINTS)))
    return tuple(
        Point(
            _at(int(columns.at_us[n])),
            columns.model.names[columns.model.codes[n]],
            columns.outcome.names[columns.outcome.codes[n]],
            _known(columns.ttft_s[n]),
            _known(columns.tok_s[n]),
        )
        for n in taken
    )


def _by_model(columns: Columns) -> tuple[ModelFigures, ...]:
    names, counts = columns.model.names, columns.model.counts()
    order = np.argsort(columns.model.codes, kind="stable")
    edges = np.concatenate([[0], np.cumsum(counts)])
    failed = columns.model.where(columns.outcome.among(_FAILED)).counts()
    made = []
    for code in np.argsort(-counts, kind="stable")[:MODELS]:
        own = order[edges[code] : edges[code + 1]]
        if len(own):
            ttft_s, tok_s = _spread(columns.ttft_s[own]), _spread(columns.tok_s[own])
            tiles = Totals(
                len(own),
                ttft_s.p50 if ttft_s else None,
                ttft_s.p95 if ttft_s else None,
                tok_s.p50 if tok_s else None,
                _sum(columns.cost_usd[own]),
                int(failed[code]),
            )
            made.append(ModelFigures(names[code], tiles, ttft_s, tok_s))
    return tuple(made)


def _spread(values: Real) -> Spread | None:
    p5, p25, p50, p75, p95 = percentiles(values, (5, 25, 50, 75, 95))
    if p5 is None or p25 is None or p50 is None or p75 is None or p95 is None:
        return None
    return Spread(p5, p25, p50, p75, p95)


def _failures(columns: Columns) -> tuple[tuple[str, int], ...]:
    kinds = columns.failure.where(columns.outcome.among(_FAILED))
    found = [(name, int(n)) for name, n in zip(kinds.names, kinds.counts(), strict=True) if n]
    return tuple(sorted(found, key=lambda kind: (-kind[1], kind[0])))


def _hours(columns: Columns, view: View) -> tuple[Hour, ...]:
    """The replies are in order, so those of an hour of the week are a few pieces of each week."""
    if not len(columns):
        return ()
    first, last = (int(columns.at_us[n]) // _QUARTER_US for n in (0, -1))
    edges = np.searchsorted(columns.at_us, np.arange(first, last + 2) * _QUARTER_US)
    pieces: dict[int, list[Real]] = {}
    for n in np.flatnonzero(np.diff(edges)):
        piece = columns.ttft_s[edges[n] : edges[n + 1]]
        pieces.setdefault(_hour_of_week(first + int(n), view), []).append(piece)
    found = []
    for hour, own in sorted(pieces.items()):
        [median_s] = percentiles(np.concatenate(own), (50,))
        found.append(Hour(hour // 24, hour % 24, sum(map(len, own)), median_s))
    return tuple(found)


def _hour_of_week(quarter: int, view: View) -> int:
    """Hours since Monday, midnight, in the looker's time zone, of a quarter of an hour."""
    local = _at(quarter * _QUARTER_US).astimezone(view.zone)
    return local.weekday() * 24 + local.hour


def _present(column: Named) -> tuple[str, ...]:
    found = zip(column.names, column.counts(), strict=True)
    return tuple(sorted(name for name, count in found if count))


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _at(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1_000_000, UTC)


def _us(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
