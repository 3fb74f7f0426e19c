"""What came of a round: its figures with their places, and each lane's tokens over time."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from chat.conversations import ReplyRecord
from chat.errors import StoreError
from chat.events import Logged
from chat.opened_comparison import Cell
from chat.pace import Point, curve_of
from chat.ranking import Ranks, ranks_of
from chat.recorded_log import LogUnreadable, decode_log
from chat.ui import session
from chat.ui.lane import Face
from chat.ui.plain import plain
from chat.ui.reply_stats import NOT_KNOWN, cost, count, rate, seconds
from chat.ui.wiring import services

CHART_PX = 340
LABEL_PX = 280


def draw_results(cells: Sequence[Cell], faces: Mapping[str, Face], *, is_narrow: bool) -> None:
    """Draws the table and the chart of lanes that have ended.

    Args:
        cells: The round's lanes.
        faces: What they are called.
        is_narrow: Whether the table has room for letters and four figures only; names and tokens
            are in the lanes' heads, too.
    """
    replies = {cell.lane.id: cell.turn.reply for cell in cells if cell.turn is not None}
    if not replies:
        return
    st.subheader("Result")
    ranks = ranks_of(list(replies.values()))
    rows = [
        {"Lane": faces[lane_id].letter if is_narrow else plain(faces[lane_id].label)}
        | _figures(reply, places)
        for (lane_id, reply), places in zip(replies.items(), ranks, strict=True)
    ]
    table = pd.DataFrame(rows).set_index("Lane")
    st.table(table.drop(columns="Tokens") if is_narrow else table)
    curves = {faces[lane_id].label: curve(reply) for lane_id, reply in replies.items()}
    _draw_curves({label: points for label, points in curves.items() if points})


def _figures(reply: ReplyRecord, ranks: Ranks) -> dict[str, str]:
    tokens = reply.tokens
    usd = reply.usage.cost_usd if reply.usage is not None else None
    return {
        "TTFT": _placed(seconds(reply.timings.ttft_s), ranks.ttft),
        "Throughput": _placed(
            rate(reply.throughput_tok_s, is_estimated=tokens.is_estimated), ranks.throughput
        ),
        "Total": _placed(seconds(reply.timings.total_s), ranks.total),
        "Tokens": count(tokens),
        "Cost": _placed(cost(usd) if usd is not None else NOT_KNOWN, ranks.cost),
    }


def _placed(figure: str, place: int | None) -> str:
    """A figure with its place; the first is bold. "$" would begin a formula."""
    shown = plain(figure)
    if place is None:
        return shown
    return f"**{shown}** (1st)" if place == 1 else f"{shown} ({_ordinal(place)})"


def _ordinal(place: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(place, f"{place}th")


def curve(reply: ReplyRecord) -> list[Point]:
    """An answer's tokens over time, from its log; empty where that is not there."""
    return curve_of(_log_of(reply), reply.tokens.count)


def _log_of(reply: ReplyRecord) -> Sequence[Logged]:
    owner = session.tab().owner
    live = services().engine.find(reply.id, owner)
    if live is not None:
        return live.read()
    try:
        data = services().kept.store.load_log(owner, reply.id)
        return decode_log(data, reply.text, reply.reasoning) if data is not None else []
    except (StoreError, LogUnreadable):
        return []


def _draw_curves(curves: Mapping[str, Sequence[Point]]) -> None:
    if not curves:
        return
    points = [
        {"Lane": label, "s": point.at_s, "tokens": point.tokens}
        for label, held in curves.items()
        for point in held
    ]
    chart = (
        alt.Chart(pd.DataFrame(points), height=CHART_PX)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("s:Q", title="Seconds since the request"),
            y=alt.Y("tokens:Q", title="Tokens"),
            color=alt.Color(
                "Lane:N",
                legend=alt.Legend(orient="bottom", columns=1, title=None, labelLimit=LABEL_PX),
            ),
            tooltip=[
                "Lane:N",
                alt.Tooltip("s:Q", title="Seconds", format=".2f"),
                alt.Tooltip("tokens:Q", title="Tokens", format=",.0f"),
            ],
        )
    )
    st.altair_chart(chart)
    ends = [
        f"{label}: {held[-1].tokens:,.0f} after {held[-1].at_s:.1f} s"
        for label, held in curves.items()
    ]
    st.caption(plain(f"Tokens over time. {'; '.join(ends)}."))
