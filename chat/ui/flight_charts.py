"""An answer's life as a bar, and its growth as a line; each with its words and its table."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from chat.flight import Growth, Kind, Leg
from chat.ui.plain import plain

BAR_PX, GROWTH_PX = 190, 260
NAMES: dict[Kind, str] = {
    "connect": "Connecting",
    "queue": "Waiting upstream",
    "reasoning": "Reasoning",
    "text": "Text",
    "stall": "Stall",
    "retry": "Failed try",
    "reconnect": "Broken off",
    "end": "Closing",
}
# Told apart in both themes and with any kind of sight (Okabe and Ito's palette).
_COLOURS = ["#999999", "#56b4e9", "#cc79a7", "#009e73", "#d55e00", "#e69f00", "#f0e442", "#0072b2"]
_SECONDS = alt.Axis(format="~g", labelOverlap=True, tickCount=6)
X_TITLE = "Seconds since the request"


def draw_timeline(legs: Sequence[Leg]) -> None:
    """Draws the legs of a life on one bar."""
    table = table_of(legs)
    there = [name for name in NAMES.values() if name in set(table["What"])]
    colours = [_COLOURS[[*NAMES.values()].index(name)] for name in there]
    chart = (
        alt.Chart(table, height=BAR_PX)
        .mark_bar(height=32)
        .encode(
            x=alt.X("From (s):Q", title=X_TITLE, axis=_SECONDS, scale=alt.Scale(nice=False)),
            x2="Until (s):Q",
            color=alt.Color(
                "What:N",
                scale=alt.Scale(domain=there, range=colours),
                legend=alt.Legend(orient="bottom", title=None, columns=3),
            ),
            tooltip=["What:N", *_figures("From (s)", "Until (s)", "For (s)")],
        )
    )
    says = life_in_words(legs)
    st.altair_chart(chart, alt=f"Timeline: {says}")
    st.caption(plain(says))
    with st.expander("Timeline as a table", type="compact", key="flight_timeline_table"):
        st.dataframe(table, hide_index=True)


def draw_growth(growth: Growth, *, is_estimated: bool) -> None:
    """Draws cumulative tokens with the gaps marked; nothing where nothing came."""
    if not growth.points:
        st.caption("No text came.")
        return
    points = pd.DataFrame(
        [{"Seconds": point.at_s, "Tokens": point.tokens} for point in growth.points]
    )
    x_axis = alt.X("Seconds:Q", title=X_TITLE, axis=_SECONDS, scale=alt.Scale(nice=False))
    line = (
        alt.Chart(points, height=GROWTH_PX)
        .mark_line(interpolate="step-after")
        .encode(
            x=x_axis,
            y=alt.Y("Tokens:Q", title="Tokens (estimated)" if is_estimated else "Tokens"),
            tooltip=_figures("Seconds", "Tokens"),
        )
    )
    says = growth_in_words(growth, is_estimated=is_estimated)
    st.altair_chart(_gap_bands(growth.gaps) + line if growth.gaps else line, alt=f"Growth: {says}")
    st.caption(plain(says))
    with st.expander("Growth as a table", type="compact", key="flight_growth_table"):
        st.dataframe(points, hide_index=True)


def table_of(legs: Sequence[Leg]) -> pd.DataFrame:
    """One row for each leg: What, From (s), Until (s), For (s)."""
    return pd.DataFrame(
        [
            {
                "What": NAMES[leg.kind],
                "From (s)": leg.start_s,
                "Until (s)": leg.end_s,
                "For (s)": leg.length_s,
            }
            for leg in legs
        ],
        columns=["What", "From (s)", "Until (s)", "For (s)"],
    )


def life_in_words(legs: Sequence[Leg]) -> str:
    """The legs in a sentence, in their order."""
    if not legs:
        return "Nothing of its course is known."
    return "; ".join(f"{NAMES[leg.kind]} {leg.length_s:.2f} s" for leg in legs) + "."


def growth_in_words(growth: Growth, *, is_estimated: bool) -> str:
    """How much came, and the longest gap in it."""
    end = growth.points[-1]
    said = f"{'≈ ' if is_estimated else ''}{end.tokens:,.0f} tokens after {end.at_s:.2f} s"
    if not growth.gaps:
        return f"{said}, without a gap of more than a second."
    longest = max(growth.gaps, key=lambda gap: gap.length_s)
    gaps = "1 gap" if len(growth.gaps) == 1 else f"{len(growth.gaps)} gaps"
    return f"{said}; {gaps}, the longest {longest.length_s:.2f} s after {longest.start_s:.2f} s."


def _gap_bands(gaps: Sequence[Leg]) -> alt.Chart:
    bands: alt.Chart = alt.Chart(table_of(gaps)).mark_rect(color="#d55e00", opacity=0.25)
    return bands.encode(
        x=alt.X("From (s):Q", title=X_TITLE),
        x2="Until (s):Q",
        tooltip=["What:N", *_figures("For (s)")],
    )


def _figures(*names: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:Q", format=".2f") for name in names]
