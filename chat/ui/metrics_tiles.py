"""The metrics page's tiles: six figures, each with its course and how it differs from before."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from chat.figures import Bucket, Summary, Totals
from chat.ui.metrics_specs import LINE_COLOUR
from chat.ui.reply_stats import NOT_KNOWN

NO_CHANGE = "0%"
TILE_PX = 165
"""So wide that two stand side by side on a phone."""
COURSE_PX = (100, 40)
"""Of a course's drawing, before it is stretched to its tile."""


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
    # The cost of a piece of time is 0 also where nobody knows it: what is n/a has no course.
    course = [tile.over_time(bucket) for bucket in summary.buckets] if value is not None else []
    change = _change(value, earlier)
    with st.container(border=True, width=TILE_PX, gap="small"):
        st.metric(
            tile.label,
            tile.written(value) if value is not None else NOT_KNOWN,
            change,
            tile.better if change != NO_CHANGE else "off",
            delta_arrow="auto" if change != NO_CHANGE else "off",
            help=f"{tile.written(earlier)} in the same time before."
            if earlier is not None
            else None,
        )
        st.html(_as_image(course_svg(course)))


def course_svg(course: Sequence[float | None]) -> str:
    """A figure's course as a small SVG; unknown moments are passed over.

    Not by the metric itself: it makes a Vega chart of each, which took the browser as long as
    the charts of the page.
    """
    width, height = COURSE_PX
    known = [(n, point) for n, point in enumerate(course) if point is not None]
    frame = f"xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'"
    if len(known) < 2:
        return f"<svg {frame}/>"
    least, most = min(point for _, point in known), max(point for _, point in known)
    (first, _), (last, _) = known[0], known[-1]
    line = " ".join(
        f"{(n - first) / (last - first) * width:.1f},"
        f"{height - 2 - (point - least) / ((most - least) or 1) * (height - 4):.1f}"
        for n, point in known
    )
    return (
        f"<svg {frame} preserveAspectRatio='none'>"
        f"<polygon points='0,{height} {line} {width},{height}' fill='{LINE_COLOUR}'"
        " fill-opacity='.15'/>"
        f"<polyline points='{line}' fill='none' stroke='{LINE_COLOUR}' stroke-width='1.5'"
        " vector-effect='non-scaling-stroke'/></svg>"
    )


def _as_image(svg: str) -> str:
    """As HTML that Streamlit lets through: of SVG itself it takes everything out."""
    data = base64.b64encode(svg.encode()).decode()
    style = f"display: block; width: 100%; height: {COURSE_PX[1]}px"
    return f"<img alt='' style='{style}' src='data:image/svg+xml;base64,{data}'>"


def _change(value: float | None, earlier: float | None) -> str | None:
    """The difference in percent, or nothing where there is none to be told."""
    if value is None or not earlier:
        return None
    change = value / earlier - 1
    if abs(change) < 0.005:
        return NO_CHANGE
    return f"{change:+.0%}" if abs(change) < 10 else f"× {value / earlier:.0f}"
