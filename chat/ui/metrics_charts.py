"""The metrics page's charts: each with a sentence that says what it shows and a table behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from chat.figures import Spread, Summary
from chat.ui import metrics_specs as specs
from chat.ui.metrics_words import (
    WEEKDAYS,
    failures_say,
    hours_say,
    kind_name,
    models_say,
    money_say,
    over_time_says,
    scatter_says,
)
from chat.ui.plain import plain

TTFT = "Time to first token (s)"
PACE = "Throughput (tok/s)"
BELOW = "What it shows is said below, and its figures are in a table there."
CHART = "chart"
"""Which kind is drawn; in the address as well."""
HEADROOM = 1.05
"""So that the highest point is not cut in half by the end of its axis."""
_PARTS = ("p5", "p25", "p50", "p75", "p95")


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the two figures that are drawn alike.

    Attributes:
        key: Its column of the points.
        title: Its axis.
        unit: Of its values.
        p50: Its rolling median in a piece of time.
        p95: Its rolling 95th percentile there.
    """

    key: str
    title: str
    unit: str
    p50: str
    p95: str


MEASURES = (
    Measure("ttft_s", TTFT, "s", "ttft_p50_s", "ttft_p95_s"),
    Measure("tok_s", PACE, "tok/s", "tok_s_p50", "tok_s_p95"),
)


def draw_charts(summary: Summary, known: Sequence[str] = ()) -> None:
    """Draws the charts of a view that has replies, of one kind at a time.

    Args:
        summary: Its figures.
        known: The models of its time, in order: each keeps its colour whichever are looked at.
    """
    # A fragment: another kind is drawn of the same figures, and nothing beside it.
    st.fragment(_draw_chosen)(summary, known or sorted({model.model for model in summary.models}))


def _draw_chosen(summary: Summary, names: Sequence[str]) -> None:
    kinds: dict[str, Callable[[], None]] = {
        "Time to first token": lambda: _draw_measure(summary, MEASURES[0], names),
        "Throughput": lambda: _draw_measure(summary, MEASURES[1], names),
        "Both": lambda: _draw_scatter(summary, names),
        "Failures": lambda: _draw_failures(summary),
        "Cost": lambda: _draw_cost(summary),
        "By hour": lambda: _draw_hours(summary),
    }
    # No tabs: the open one's name would be written in the main buttons' colour, too dark on dark.
    chosen = st.radio(
        "Charts",
        [*kinds],
        horizontal=True,
        key=CHART,
        bind="query-params",
        label_visibility="collapsed",
    )
    kinds[chosen]()


def _draw_measure(summary: Summary, measure: Measure, names: Sequence[str]) -> None:
    _draw_over_time(summary, measure, names)
    _draw_by_model(summary, measure, names)


def _draw_over_time(summary: Summary, measure: Measure, names: Sequence[str]) -> None:
    points = pd.DataFrame(
        [(_chart_ms(p.started_at), p.model, getattr(p, measure.key)) for p in summary.points],
        columns=["at", "model", "value"],
    ).dropna(subset=["value"])
    rolled = pd.DataFrame(
        [
            (b.begins_at, b.answers, getattr(b, measure.p50), getattr(b, measure.p95))
            for b in summary.buckets
        ],
        columns=["at", "answers", "p50", "p95"],
    ).dropna(subset=["p50"])
    if points.empty:
        st.caption(f"{measure.title}: n/a so far.")
        return
    top = _end_of_axis(points["value"])
    points["shown"] = points["value"].clip(upper=top)
    beyond = int((points["value"] > top).sum())
    says = over_time_says(summary, measure.key) + (
        f" {beyond} of the points lie above {top:g} {measure.unit}." if beyond else ""
    )
    lines = rolled.assign(at=rolled["at"].map(_chart_ms))
    lines = lines.melt(["at"], ["p50", "p95"], "line", "shown")
    lines["shown"] = lines["shown"].clip(upper=top)
    ends = (summary.buckets[0].begins_at, summary.buckets[-1].ends_at)
    frame = pd.DataFrame({"at": [*map(_chart_ms, ends)], "shown": [0.0, top]})
    spec = specs.over_time(measure.title, names, measure.unit)
    data = {"frame": frame, "points": points, "rolled": lines}
    _draw(spec, data, says, rolled, f"{measure.title} over time")


def _chart_ms(at: datetime) -> float:
    """As Vega counts time; a column of moments would reach it in microseconds."""
    return at.timestamp() * 1000


def _end_of_axis(values: "pd.Series[float]") -> float:
    """A few answers that took very long would press all others flat."""
    highest = HEADROOM * float(values.max())
    return specs.round_up(min(highest, 1.5 * float(values.quantile(0.98))))


def _draw_by_model(summary: Summary, measure: Measure, names: Sequence[str]) -> None:
    found: list[tuple[object, ...]] = []
    for model in summary.models:
        spread: Spread | None = getattr(model, measure.key)
        if spread is not None:
            parts = (getattr(spread, part) for part in _PARTS)
            found.append((model.model, model.totals.answers, *parts))
    rows = pd.DataFrame(found, columns=["model", "answers", *_PARTS])
    if not rows.empty:
        spec, says = specs.by_model(measure.title, names), models_say(summary, measure.key)
        _draw(spec, {"rows": rows}, says, rows, f"{measure.title} by model")


def _draw_scatter(summary: Summary, names: Sequence[str]) -> None:
    rows = pd.DataFrame(
        [(p.model, p.ttft_s, p.tok_s) for p in summary.points], columns=["model", "ttft_s", "tok_s"]
    ).dropna()
    if rows.empty:
        st.caption("n/a so far.")
        return
    right = _end_of_axis(rows["ttft_s"])
    placed = rows.assign(shown=rows["ttft_s"].clip(upper=right))
    frame = pd.DataFrame({"shown": [0.0, right], "tok_s": [0.0, 0.0]})
    name = "Throughput against time to first token"
    data = {"frame": frame, "rows": placed}
    _draw(specs.scatter(TTFT, PACE, names), data, scatter_says(summary), rows, name)


def _draw_failures(summary: Summary) -> None:
    rows = pd.DataFrame(
        [(kind_name(kind), count) for kind, count in summary.failures], columns=["kind", "answers"]
    )
    if rows.empty:
        st.caption(plain(failures_say(summary)))
        return
    spec = specs.bars("kind", "answers", "Failed answers")
    _draw(spec, {"rows": rows}, failures_say(summary), rows, "Failures by kind")


def _draw_cost(summary: Summary) -> None:
    rows = pd.DataFrame(
        [
            (model.model, model.totals.cost_usd, model.totals.answers)
            for model in sorted(summary.models, key=lambda m: -(m.totals.cost_usd or 0))
            if model.totals.cost_usd is not None
        ],
        columns=["model", "cost_usd", "answers"],
    )
    if rows.empty:
        st.caption(plain(money_say(summary)))
        return
    spec = specs.bars("model", "cost_usd", "Cost (USD)")
    _draw(spec, {"rows": rows}, money_say(summary), rows, "Cost by model")


def _draw_hours(summary: Summary) -> None:
    rows = pd.DataFrame(
        [(WEEKDAYS[h.weekday], h.hour, h.answers, h.ttft_p50_s) for h in summary.hours],
        columns=["day", "hour", "answers", "ttft_s"],
    )
    _draw(specs.hours(WEEKDAYS), {"rows": rows}, hours_say(summary), rows, "By hour")


def _draw(
    spec: specs.Spec, data: Mapping[str, pd.DataFrame], says: str, rows: pd.DataFrame, name: str
) -> None:
    """Draws a chart, what it says, and its figures as a table."""
    # What it says is below and not in `alt`: with another `alt` the browser makes the chart anew.
    alt = f"{name}. {BELOW}"
    st.vega_lite_chart(spec=specs.PAINTED | spec | {"datasets": dict(data)}, alt=alt)
    st.caption(plain(says))
    st.fragment(_draw_table)(rows, name)


def _draw_table(rows: pd.DataFrame, name: str) -> None:
    """The figures behind a chart; sent once they are asked for, without the rest of the page."""
    shown = st.expander(f"{name}: figures", key=f"figures_{name}", on_change="rerun")
    if shown.open:
        shown.dataframe(rows, hide_index=True, alt=name)
