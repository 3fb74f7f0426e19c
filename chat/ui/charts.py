"""The metrics page's table of replies, and the charts and tiles drawn from it."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from chat.conversations import ReplyRecord
from chat.ui.reply_stats import NOT_KNOWN
from chat.ui.wording import OUTCOMES

CHART_HEIGHT_PX = 260
TILE_WIDTH_PX = 172


def table_of(replies: Sequence[ReplyRecord]) -> pd.DataFrame:
    """One row for each reply, newest first.

    Returns:
        Columns: started_at (UTC), model, served_model, outcome, ttft_s, tok_s, total_s, tokens,
        tokens_estimated, prompt_tokens, cost_usd, upstream_provider. Unknown figures are missing
        values.
    """
    rows = [
        {
            "started_at": reply.started_at,
            "model": reply.model,
            "served_model": reply.served_model,
            "outcome": reply.outcome,
            "ttft_s": reply.timings.ttft_s,
            "tok_s": reply.throughput_tok_s,
            "total_s": reply.timings.total_s,
            "tokens": reply.tokens.count,
            "tokens_estimated": reply.tokens.is_estimated,
            "prompt_tokens": reply.usage.prompt_tokens if reply.usage else None,
            "cost_usd": reply.usage.cost_usd if reply.usage else None,
            "upstream_provider": reply.upstream_provider,
        }
        for reply in replies
    ]
    table = pd.DataFrame(rows)
    for column in ("ttft_s", "tok_s", "total_s", "cost_usd"):
        table[column] = pd.to_numeric(table[column])
    table["prompt_tokens"] = table["prompt_tokens"].astype("Int64")
    table["started_at"] = pd.to_datetime(table["started_at"], utc=True)
    return table


def draw_tiles(table: pd.DataFrame) -> None:
    """Draws the figures that sum the table up, medians rather than means."""
    costs = table["cost_usd"].dropna()
    tiles = {
        "Answers": f"{len(table):,}",
        "Median TTFT": _median(table["ttft_s"], "{:.2f} s"),
        "Median throughput": _median(table["tok_s"], "{:.1f} tok/s"),
        "Median total": _median(table["total_s"], "{:.1f} s"),
        "Tokens": f"{int(table['tokens'].sum()):,}",
        "Cost": f"${costs.sum():.4f}" if len(costs) else NOT_KNOWN,
    }
    with st.container(horizontal=True, key="tiles"):
        for label, value in tiles.items():
            st.metric(label, value, border=True, width=TILE_WIDTH_PX)


def draw_over_time(table: pd.DataFrame, column: str, title: str) -> None:
    """Draws one point for each reply over time, coloured by model."""
    points = table.dropna(subset=[column])
    if points.empty:
        st.caption(f"{title}: {NOT_KNOWN} so far.")
        return
    chart = (
        alt.Chart(points, height=CHART_HEIGHT_PX)
        .mark_line(point=True, strokeOpacity=0.35)
        .encode(
            x=alt.X("started_at:T", title=None, axis=alt.Axis(tickCount=5, labelOverlap=True)),
            y=alt.Y(f"{column}:Q", title=title, scale=alt.Scale(zero=True)),
            # The chart by model below has the same colours beside the names.
            color=alt.Color("model:N", legend=None),
            tooltip=[
                "started_at:T",
                "model:N",
                "outcome:N",
                alt.Tooltip(f"{column}:Q", format=".2f"),
            ],
        )
    )
    st.altair_chart(chart)


def draw_by_model(table: pd.DataFrame, column: str, title: str) -> None:
    """Draws one figure for each model: a thin mark for each reply, a thick one for the median."""
    points = table.dropna(subset=[column])
    if points.empty:
        return
    base = alt.Chart(points).encode(
        y=alt.Y("model:N", title=None, axis=alt.Axis(labelLimit=220)),
        color=alt.Color("model:N", legend=None),
    )
    x_axis = alt.X(f"{column}:Q", title=title, scale=alt.Scale(zero=True))
    median = alt.X(f"median({column}):Q", title=title)
    each = base.mark_tick(opacity=0.45, height=14).encode(x=x_axis)
    middle = base.mark_tick(thickness=4, height=22).encode(
        x=median, tooltip=["model:N", alt.Tooltip(f"median({column}):Q", format=".2f")]
    )
    st.altair_chart(each + middle)


def draw_table(table: pd.DataFrame) -> None:
    """Draws the table itself, for reading, sorting and screen readers."""
    shown = table.assign(outcome=table["outcome"].map(OUTCOMES))
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            "started_at": st.column_config.DatetimeColumn("Asked", format="YYYY-MM-DD HH:mm:ss"),
            "model": "Model",
            "served_model": "Answered by",
            "outcome": "Outcome",
            "ttft_s": st.column_config.NumberColumn("TTFT (s)", format="%.3f"),
            "tok_s": st.column_config.NumberColumn("tok/s", format="%.1f"),
            "total_s": st.column_config.NumberColumn("Total (s)", format="%.2f"),
            "tokens": st.column_config.NumberColumn("Tokens", format="localized"),
            "tokens_estimated": st.column_config.CheckboxColumn("Estimated"),
            "prompt_tokens": st.column_config.NumberColumn("Prompt tokens", format="localized"),
            "cost_usd": st.column_config.NumberColumn("Cost (USD)", format="%.6f"),
            "upstream_provider": "Provider",
        },
    )


def draw_download(table: pd.DataFrame) -> None:
    """Draws the button that gives the same table as CSV."""
    st.download_button(
        "Download CSV",
        table.to_csv(index=False),
        "tickertape-metrics.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _median(values: "pd.Series[float]", form: str) -> str:
    known = values.dropna()
    return form.format(known.median()) if len(known) else NOT_KNOWN
