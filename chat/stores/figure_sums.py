"""Sums over columns of replies: what the metrics page shows, with exact percentiles. No query."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

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
from chat.stores.figure_columns import Columns, Exact, Named, Real, Whole

BUCKETS = 60
"""Pieces that the time looked at is cut into, at most."""
MODELS = 20
POINTS = 1500
ROLLED = 3
"""Pieces that a rolling percentile is taken over."""
_STEPS_S = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400, 28 * 86_400)
"""How long a piece may be, in seconds; beyond them multiples of the last."""
_HOUR_US = 3_600_000_000
_FAILED = ("failed",)


class Span:
    """A `Reading`: the replies of some time, and of as long before for the comparison.

    Args:
        columns: The replies of both, perhaps some more, in the order in which they began.
        since: The beginning of the time; None for that of the first reply.
        until: Its end.
    """

    def __init__(self, columns: Columns, since: datetime | None, until: datetime) -> None:
        self._until_us = _us(until)
        self._begins_us = int(columns.at_us[0]) if since is None and len(columns) else 0
        if since is not None:
            self._begins_us = _us(since)
        self._in_time = columns.between(self._begins_us, self._until_us)
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
        chosen = _select(self._in_time, view)
        return Summary(
            _totals(chosen),
            None if self._before is None else _totals(_select(self._before, view)),
            _buckets(chosen, self._begins_us, self._until_us),
            _points(chosen),
            _by_model(chosen),
            _failures(chosen),
            _hours(chosen, view),
        )

    def first(
        self, view: View, limit: int, sort: SortBy = "started_at", *, ascending: bool = False
    ) -> list[int]:
        """The numbers of the first replies in an order; unknown figures last."""
        chosen = _select(self._in_time, view)
        if sort == "started_at":
            places = np.arange(len(chosen)) if ascending else np.arange(len(chosen))[::-1]
        else:
            keys = np.asarray(getattr(chosen, sort), np.float64)
            places = _smallest(keys if ascending else -keys, limit)
        return [int(number) for number in chosen.number[places[:limit]]]


def _smallest(keys: Exact, limit: int) -> npt.NDArray[np.intp]:
    """Where the smallest keys are, in order, the unknown ones last."""
    if limit < len(keys):
        few = np.argpartition(keys, limit)[:limit]  # NaN counts as largest here as in a sort
        return np.asarray(few[np.argsort(keys[few], kind="stable")])
    return np.argsort(keys, kind="stable")


def _select(columns: Columns, view: View) -> Columns:
    """The replies of the view's models, providers and outcomes."""
    chosen = np.ones(len(columns), np.bool_)
    for column, wanted in (
        (columns.model, view.models),
        (columns.provider, view.providers),
        (columns.outcome, view.outcomes),
    ):
        if wanted:
            chosen &= column.among(wanted)
    return columns.where(chosen)


def percentiles(values: Real, wanted: Sequence[float]) -> list[float | None]:
    """Percentiles of the known values, interpolated linearly; None where there are none."""
    known = values[~np.isnan(values)]
    if not len(known):
        return [None] * len(wanted)
    return [float(value) for value in np.percentile(known, list(wanted))]


def _totals(columns: Columns) -> Totals:
    """The tiles of these replies."""
    failed = columns.outcome.among(_FAILED)
    return _tiles(columns.ttft_s, columns.tok_s, columns.cost_usd, int(failed.sum()))


def _tiles(ttft_s: Real, tok_s: Real, cost_usd: Exact, failed: int) -> Totals:
    costs = cost_usd[~np.isnan(cost_usd)]
    ttft_p50_s, ttft_p95_s = percentiles(ttft_s, (50, 95))
    [tok_s_p50] = percentiles(tok_s, (50,))
    cost = float(costs.sum()) if len(costs) else None
    return Totals(len(ttft_s), ttft_p50_s, ttft_p95_s, tok_s_p50, cost, failed)


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
    failed = _running_sum(columns.outcome.among(_FAILED))
    cost_usd = _running_sum(np.nan_to_num(columns.cost_usd))
    made = []
    for n in range(count):
        begins, ends = edges[n], edges[n + 1]
        rolled = slice(edges[max(0, n + 1 - ROLLED)], ends)
        made.append(
            Bucket(
                _at(int(first + n) * step),
                _at(int(first + n + 1) * step),
                int(ends - begins),
                int(failed[ends] - failed[begins]),
                float(cost_usd[ends] - cost_usd[begins]),
                *percentiles(columns.ttft_s[rolled], (50, 95)),
                *percentiles(columns.tok_s[rolled], (50, 95)),
            )
        )
    return tuple(made)


def _running_sum(values: npt.NDArray[Any]) -> Exact:
    """Sums of the first 0, 1, 2, … values."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


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
    codes, names = columns.model.codes, columns.model.names
    counts = np.bincount(codes, minlength=len(names))
    order = np.argsort(codes, kind="stable")
    edges = np.concatenate([[0], np.cumsum(counts)])
    ttft_s, tok_s, cost_usd = columns.ttft_s[order], columns.tok_s[order], columns.cost_usd[order]
    failed = np.bincount(codes, columns.outcome.among(_FAILED), len(names))
    made = []
    for code in np.argsort(-counts, kind="stable")[:MODELS]:
        own = slice(edges[code], edges[code + 1])
        if counts[code]:
            tiles = _tiles(ttft_s[own], tok_s[own], cost_usd[own], int(failed[code]))
            spreads = _spread(ttft_s[own]), _spread(tok_s[own])
            made.append(ModelFigures(names[code], tiles, *spreads))
    return tuple(made)


def _spread(values: Real) -> Spread | None:
    p5, p25, p50, p75, p95 = percentiles(values, (5, 25, 50, 75, 95))
    if p5 is None or p25 is None or p50 is None or p75 is None or p95 is None:
        return None
    return Spread(p5, p25, p50, p75, p95)


def _failures(columns: Columns) -> tuple[tuple[str, int], ...]:
    kinds = columns.failure[columns.outcome.among(_FAILED)]
    counts = np.bincount(kinds.codes, minlength=len(kinds.names))
    found = [(name, int(count)) for name, count in zip(kinds.names, counts, strict=False) if count]
    return tuple(sorted(found, key=lambda kind: (-kind[1], kind[0])))


def _hours(columns: Columns, view: View) -> tuple[Hour, ...]:
    week = _hour_of_week(columns.at_us, view)
    order = np.argsort(week, kind="stable")
    edges = np.searchsorted(week[order], np.arange(7 * 24 + 1))
    ttft_s = columns.ttft_s[order]
    found = []
    for n in range(7 * 24):
        if edges[n + 1] > edges[n]:
            count = int(edges[n + 1] - edges[n])
            [median_s] = percentiles(ttft_s[edges[n] : edges[n + 1]], (50,))
            found.append(Hour(n // 24, n % 24, count, median_s))
    return tuple(found)


def _hour_of_week(at_us: Whole, view: View) -> Whole:
    """Hours since Monday, midnight, in the looker's time zone; offsets change at full hours."""
    hours, place = np.unique(at_us // _HOUR_US, return_inverse=True)
    offsets_us = np.array([_offset_us(int(hour), view) for hour in hours], np.int64)
    local = (at_us + offsets_us[place]) // _HOUR_US
    # 1970 began on a Thursday.
    return np.asarray((local + 3 * 24) % (7 * 24), np.int64)


def _offset_us(hour: int, view: View) -> int:
    offset = _at(hour * _HOUR_US).astimezone(view.zone).utcoffset() or timedelta()
    return round(offset.total_seconds() * 1_000_000)


def _present(column: Named) -> tuple[str, ...]:
    return tuple(sorted(column.names[code] for code in np.unique(column.codes)))


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _at(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1_000_000, UTC)


def _us(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
