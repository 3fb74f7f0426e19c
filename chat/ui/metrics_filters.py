"""The metrics page's filters. Streamlit keeps each of them in the URL, by its widget's key.

So a link or a reload shows the same view; what the URL names and nobody knows is left out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from chat.figures import UNNAMED, Known, SortBy, View
from chat.ui import session, visit
from chat.ui.wording import OUTCOMES

PERIODS: dict[str, timedelta | None] = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "All": None,
}
ORDERS: dict[str, tuple[SortBy, bool]] = {
    "Newest first": ("started_at", False),
    "Slowest first token": ("ttft_s", False),
    "Fastest first token": ("ttft_s", True),
    "Slowest stream": ("tok_s", True),
    "Longest": ("total_s", False),
    "Dearest": ("cost_usd", False),
}
"""Each with what it orders by, and whether the smallest comes first."""

_OUTCOME_NAMES: dict[str, str] = dict(OUTCOMES.items())

PERIOD = "period"
MODELS = "models"
PROVIDERS = "providers"
OUTCOME = "outcomes"
ORDER = "order"


def draw_period(now: datetime) -> datetime | None:
    """Draws the choice of the time; gives its beginning, None where it has none."""
    chosen = st.radio(
        "Time",
        [*PERIODS],
        index=2,
        horizontal=True,
        key=PERIOD,
        bind="query-params",
        label_visibility="collapsed",
    )
    length = PERIODS[chosen]
    return now - length if length is not None else None


def draw_filters(known: Known) -> View:
    """Draws the other filters, each with what there is; gives the view they leave."""
    with st.container(horizontal=True, key="metrics_filters"):
        models = _draw_choice("Models", MODELS, known.models, {})
        providers = _draw_choice("Providers", PROVIDERS, known.providers, {UNNAMED: "Not known"})
        outcomes = _draw_choice("Outcomes", OUTCOME, known.outcomes, _OUTCOME_NAMES)
    return View(models, providers, outcomes, visit.today()[1])


def draw_order() -> tuple[SortBy, bool]:
    """Draws the choice of the table's order; gives the figure and whether it ascends."""
    chosen = st.selectbox(
        "Order", [*ORDERS], key=ORDER, bind="query-params", label_visibility="collapsed", width=220
    )
    return ORDERS[chosen]


def _draw_choice(
    label: str, key: str, known: Sequence[str], names: dict[str, str]
) -> tuple[str, ...]:
    # What is chosen stays an option where another time does not know it: it would be dropped.
    held = session.value_of(key)
    chosen = [str(name) for name in held] if isinstance(held, list) else []
    return tuple(
        st.multiselect(
            label,
            sorted({*known, *chosen}),
            key=key,
            bind="query-params",
            format_func=lambda name: names.get(name, name),
            placeholder=f"All {label.lower()}",
            label_visibility="collapsed",
            width=245,
        )
    )
