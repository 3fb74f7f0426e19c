"""The metrics page's charts: each with a sentence that says what it shows and a table behind it."""

from dataclasses import dataclass
from datetime import datetime

import altair as alt
import pandas as pd
import streamlit as st

from chat.figures import Spread, Summary
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

HEIGHT_PX = 260
ROW_PX = 30
TTFT = "Time to first token (s)"
PACE = "Throughput (tok/s)"


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


def draw_charts(summary: Summary, since: datetime | None, until: datetime) -> None:
    """Draws all charts of a view.

    Args:
        summary: The figures.
        since: The beginning of the view's time; None for that of its first piece.
        until: Its end.
    """
    begins = since or (summary.buckets[0].begins_at if summary.buckets else until)
    for measure in MEASURES:
        st.subheader(measure.title)
        _draw_over_time(summary, measure, begins, until)
        _draw_by_model(summary, measure)
    st.subheader("Throughput against time to first token")
    _draw_scatter(summary)
    st.subheader("Failures")
    _draw_failures(summary)
    st.subheader("Cost by model")
    _draw_cost(summary)
    st.subheader("By hour")
    _draw_hours(summary)


def _draw_over_time(summary: Summary, measure: Measure, begins: datetime, until: datetime) -> None:
    points = pd.DataFrame(
        [(p.started_at, p.model, p.outcome, getattr(p, measure.key)) for p in summary.points],
        columns=["at", "model", "outcome", "value"],
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
    form = "%H:%M" if (until - begins).days < 2 else "%b %-d"
    # Both ends are named: with a single point the axis would be cut into milliseconds.
    x_axis = alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(domain=[_moment(begins), _moment(until)]),
        axis=alt.Axis(format=form, tickCount=5, labelOverlap=True),
    )
    top = _top(points["value"])
    y_axis = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, top], clamp=True))
    lines = rolled.melt(["at", "answers"], ["p50", "p95"], "line", "value")
    dots = (
        alt.Chart(points, height=HEIGHT_PX)
        .mark_circle(size=18, opacity=0.35)
        .encode(
            x=x_axis,
            y=y_axis,
            color=alt.Color("model:N", legend=None),
            tooltip=["at:T", "model:N", alt.Tooltip("value:Q", format=".2f", title=measure.unit)],
        )
    )
    course = (
        alt.Chart(lines)
        .mark_line(strokeWidth=2, color="#64748b")
        .encode(
            x=x_axis,
            y=y_axis,
            strokeDash=alt.StrokeDash(
                "line:N", legend=alt.Legend(title="Rolling", orient="top"), sort=["p50", "p95"]
            ),
        )
    )
    beyond = int((points["value"] > top).sum())
    says = over_time_says(summary, measure.key) + (
        f" {beyond} above {top:.3g} {measure.unit} drawn at the edge." if beyond else ""
    )
    _draw(dots + course, says, rolled, f"{measure.title} over time")


def _top(values: "pd.Series[float]") -> float:
    """Where an axis ends: a few answers that took very long would press all others flat."""
    return min(float(values.max()), 1.5 * float(values.quantile(0.98))) or 1.0


def _draw_by_model(summary: Summary, measure: Measure) -> None:
    rows = _spreads(summary, measure.key)
    if rows.empty:
        return
    base = alt.Chart(rows, height=alt.Step(ROW_PX)).encode(
        y=alt.Y("model:N", title=None, sort=None, axis=alt.Axis(labelLimit=150)),
        color=alt.Color("model:N", legend=None),
        tooltip=["model:N", "answers:Q", *(alt.Tooltip(f"{p}:Q", format=".2f") for p in _PARTS)],
    )
    whole = base.mark_rule().encode(x=alt.X("p5:Q", title=measure.title), x2="p95:Q")
    middle = base.mark_bar(size=12, opacity=0.6).encode(x="p25:Q", x2="p75:Q")
    median = base.mark_tick(thickness=3, size=18).encode(x="p50:Q")
    name = f"{measure.title} by model"
    _draw(whole + middle + median, models_say(summary, measure.key), rows, name)


_PARTS = ("p5", "p25", "p50", "p75", "p95")


def _spreads(summary: Summary, key: str) -> pd.DataFrame:
    found: list[tuple[object, ...]] = []
    for model in summary.models:
        spread: Spread | None = getattr(model, key)
        if spread is not None:
            parts = (getattr(spread, part) for part in _PARTS)
            found.append((model.model, model.totals.answers, *parts))
    return pd.DataFrame(found, columns=["model", "answers", *_PARTS])


def _draw_scatter(summary: Summary) -> None:
    points = pd.DataFrame(
        [(p.model, p.ttft_s, p.tok_s) for p in summary.points], columns=["model", "ttft_s", "tok_s"]
    ).dropna()
    if points.empty:
        st.caption("n/a so far.")
        return
    chart = (
        alt.Chart(points, height=HEIGHT_PX)
        .mark_circle(size=22, opacity=0.45)
        .encode(
            x=alt.X(
                "ttft_s:Q",
                title=TTFT,
                scale=alt.Scale(domain=[0, _top(points["ttft_s"])], clamp=True),
            ),
            y=alt.Y("tok_s:Q", title=PACE),
            color=alt.Color("model:N", legend=None),
            tooltip=[
                "model:N",
                *(alt.Tooltip(f"{k}:Q", format=".2f") for k in ("ttft_s", "tok_s")),
            ],
        )
    )
    _draw(chart, scatter_says(summary), points, "Throughput against time to first token")


def _draw_failures(summary: Summary) -> None:
    rows = pd.DataFrame(
        [(kind_name(kind), count) for kind, count in summary.failures], columns=["kind", "answers"]
    )
    if rows.empty:
        st.caption(failures_say(summary))
        return
    _draw(_bars(rows, "kind", "answers", "Failed answers"), failures_say(summary), rows, "Failures")


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
        st.caption(money_say(summary))
        return
    _draw(_bars(rows, "model", "cost_usd", "Cost (USD)"), money_say(summary), rows, "Cost by model")


def _bars(rows: pd.DataFrame, name: str, value: str, title: str) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(rows, height=alt.Step(ROW_PX))
        .mark_bar(size=16)
        .encode(
            y=alt.Y(f"{name}:N", title=None, sort=None, axis=alt.Axis(labelLimit=150)),
            x=alt.X(f"{value}:Q", title=title, axis=alt.Axis(tickCount=5)),
            tooltip=[f"{name}:N", f"{value}:Q"],
        )
    )
    return chart


def _draw_hours(summary: Summary) -> None:
    rows = pd.DataFrame(
        [(WEEKDAYS[h.weekday], h.hour, h.answers, h.ttft_p50_s) for h in summary.hours],
        columns=["day", "hour", "answers", "ttft_s"],
    )
    chart = (
        alt.Chart(rows, height=alt.Step(24))
        .mark_rect()
        .encode(
            x=alt.X(
                "hour:O", title="Hour of the day", axis=alt.Axis(labelAngle=0, labelOverlap=True)
            ),
            y=alt.Y("day:O", title=None, sort=[*WEEKDAYS]),
            color=alt.Color(
                "ttft_s:Q",
                title="Median TTFT (s)",
                scale=alt.Scale(scheme="tealblues"),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["day:O", "hour:O", "answers:Q", alt.Tooltip("ttft_s:Q", format=".2f")],
        )
    )
    _draw(chart, hours_say(summary), rows, "By hour")


def _draw(chart: alt.Chart | alt.LayerChart, says: str, rows: pd.DataFrame, name: str) -> None:
    """Draws a chart, what it says, and its figures as a table."""
    st.altair_chart(chart, alt=f"{name}. {says}")
    st.caption(says)
    with st.expander(f"{name}: figures"):
        st.dataframe(rows, hide_index=True, alt=name)


def _moment(at: datetime) -> alt.DateTime:
    return alt.DateTime(
        year=at.year,
        month=at.month,
        date=at.day,
        hours=at.hour,
        minutes=at.minute,
        seconds=at.second,
        utc=True,
    )
