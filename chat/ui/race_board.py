"""The leaderboard on screen: quality by votes beside speed and cost, as a table and a picture."""

from collections.abc import Callable, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from chat.errors import StoreError
from chat.leaderboard import Line, leaderboard
from chat.ui import session
from chat.ui.offered import model_name
from chat.ui.plain import plain
from chat.ui.reply_stats import NOT_KNOWN, cost, rate, seconds
from chat.ui.wiring import services

NEWEST = 2000
CHART_PX, LEGEND_PX = 320, 26
LABEL_PX = 280
DOTS_PX2 = (120, 900)
"""Areas of the cheapest and the dearest model's dot."""


def draw_board(tab: session.Tab, *, is_narrow: bool) -> None:
    """Draws the visitor's leaderboard; nothing before the first vote.

    Only answers that were voted on count, so it tells nothing of a blind race that is open.
    """
    kept = services().kept.store.comparisons
    try:
        lines = leaderboard(
            kept.list_ballots(tab.owner, NEWEST), kept.list_voted_replies(tab.owner, NEWEST)
        )
    except StoreError:
        return  # the page says already that the database is away
    if not lines:
        return
    st.subheader("Leaderboard")
    st.caption(
        "Scores are from your votes (Bradley–Terry; 1000 is average, 95 % intervals). "
        "Times and costs are medians over the answers you voted on."
    )
    table = pd.DataFrame([_row(place, line) for place, line in enumerate(lines, 1)])
    table = table.set_index("Model")
    st.table(table[["Score", "TTFT", "Cost"]] if is_narrow else table)
    _draw_picture(lines)


def _row(place: int, line: Line) -> dict[str, str]:
    one = line.standing
    usd = line.cost_usd
    return {
        "Model": f"{place} · {plain(model_name(one.model))}",
        "Score": f"**{one.score:.0f}** ({one.low:.0f} to {one.high:.0f})",
        "Won": f"{one.wins:.3g} of {one.votes}",
        "TTFT": seconds(line.ttft_s),
        "Throughput": plain(rate(line.tok_s, is_estimated=False)),
        "Cost": plain(cost(usd)) if usd is not None else NOT_KNOWN,
    }


def _draw_picture(lines: Sequence[Line]) -> None:
    """Speed to the right, quality upwards, cost as the size of the dot."""
    rows = [
        {
            "Model": model_name(line.standing.model),
            "tok_s": line.tok_s,
            "score": line.standing.score,
            "low": line.standing.low,
            "high": line.standing.high,
            "usd": line.cost_usd,
            "Cost": cost(line.cost_usd),
        }
        for line in lines
        if line.tok_s is not None
    ]
    if not rows:
        st.caption("No throughput is known yet, so there is no picture.")
        return
    table = pd.DataFrame(rows)
    words = _words(lines)
    base = alt.Chart(table, height=CHART_PX + LEGEND_PX * len(rows), description=words).encode(
        x=alt.X("tok_s:Q", title="Median throughput (tok/s)", scale=alt.Scale(zero=True)),
        color=alt.Color(
            "Model:N",
            legend=alt.Legend(orient="bottom", columns=1, title=None, labelLimit=LABEL_PX),
        ),
    )
    intervals = base.mark_rule(strokeWidth=3, opacity=0.8).encode(
        y=alt.Y("low:Q", title="Score by votes", scale=alt.Scale(zero=False, padding=16)),
        y2="high:Q",
    )
    dots = base.mark_circle(opacity=0.9).encode(
        y=alt.Y("score:Q", title="Score by votes"),
        size=_size(table),
        tooltip=[
            "Model:N",
            alt.Tooltip("score:Q", title="Score", format=".0f"),
            alt.Tooltip("tok_s:Q", title="tok/s", format=".1f"),
            "Cost:N",
        ],
    )
    st.altair_chart(intervals + dots)
    st.caption(plain(words))


def _size(table: pd.DataFrame) -> alt.Size | dict[str, float]:
    if table["usd"].nunique() < 2:
        return {"value": DOTS_PX2[0]}
    return alt.Size("usd:Q", legend=None, scale=alt.Scale(range=list(DOTS_PX2)))


def _words(lines: Sequence[Line]) -> str:
    """The picture in words: who is first in what."""
    best = model_name(lines[0].standing.model)
    firsts = {
        "highest throughput": _first(lines, lambda line: -line.tok_s if line.tok_s else None),
        "earliest first token": _first(lines, lambda line: line.ttft_s),
        "cheapest": _first(lines, lambda line: line.cost_usd),
    }
    told = [f"{what}: {name}" for what, name in firsts.items() if name is not None]
    return (
        f"Further right is faster, higher is better, larger is dearer. "
        f"Best by votes: {best}; {'; '.join(told)}."
    )


def _first(lines: Sequence[Line], figure: Callable[[Line], float | None]) -> str | None:
    """The model with the lowest figure; None where none is known."""
    known = [(value, line) for line in lines if (value := figure(line)) is not None]
    if not known:
        return None
    return model_name(min(known, key=lambda one: one[0])[1].standing.model)
