"""The metrics page's tiles: six figures, each with its course and how it differs from before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from chat.figures import Bucket, Summary, Totals
from chat.ui.reply_stats import NOT_KNOWN

NO_CHANGE = "0%"
TILE_PX = 165
"""So wide that two stand side by side on a phone."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure.

    Attributes:
        label: Its name.
        of: Takes it from the totals.
        over_time: Takes it from a piece of the time.
        written: How it is written.
        better: Whether more is better ("normal"), less ("inverse") or neither ("off").
    """

    label: str
    of: Callable[[Totals], float | None]
    over_time: Callable[[Bucket], float | None]
    written: Callable[[float], str]
    better: Literal["normal", "inverse", "off"] = "inverse"


TILES = (
    Tile("Answers", lambda t: t.answers, lambda b: b.answers, lambda n: f"{n:,.0f}", "off"),
    Tile("Median TTFT", lambda t: t.ttft_p50_s, lambda b: b.ttft_p50_s, lambda s: f"{s:.2f} s"),
    Tile("TTFT p95", lambda t: t.ttft_p95_s, lambda b: b.ttft_p95_s, lambda s: f"{s:.2f} s"),
    Tile(
        "Median tok/s",
        lambda t: t.tok_s_p50,
        lambda b: b.tok_s_p50,
        lambda rate: f"{rate:.1f}",
        "normal",
    ),
    Tile(
        "Cost",
        lambda t: t.cost_usd,
        lambda b: b.cost_usd,
        lambda usd: f"${usd:,.2f}" if usd >= 10 else f"${usd:.4f}",
    ),
    Tile(
        "Failed",
        lambda t: t.failure_rate,
        lambda b: b.failed / b.answers if b.answers else None,
        lambda rate: f"{rate:.1%}",
    ),
)


def draw_tiles(summary: Summary) -> None:
    """Draws the tiles."""
    with st.container(horizontal=True, key="tiles"):
        for tile in TILES:
            _draw(tile, summary)


def _draw(tile: Tile, summary: Summary) -> None:
    value = tile.of(summary.totals)
    earlier = tile.of(summary.before) if summary.before is not None else None
    course = [tile.over_time(bucket) for bucket in summary.buckets]
    change = _change(value, earlier)
    known = [point for point in course if point is not None]
    st.metric(
        tile.label,
        tile.written(value) if value is not None else NOT_KNOWN,
        change,
        tile.better if change != NO_CHANGE else "off",
        border=True,
        width=TILE_PX,
        delta_arrow="auto" if change != NO_CHANGE else "off",
        chart_data=known if len(known) > 1 else None,
        help=f"{tile.written(earlier)} in the same time before." if earlier is not None else None,
    )


def _change(value: float | None, earlier: float | None) -> str | None:
    """The difference in percent, or nothing where there is none to be told."""
    if value is None or not earlier:
        return None
    change = value / earlier - 1
    if abs(change) < 0.005:
        return NO_CHANGE
    return f"{change:+.0%}" if abs(change) < 10 else f"× {value / earlier:.0f}"
