"""The filters of the model box: what a visitor wants of a model."""

import math

import streamlit as st

from chat.ui import session
from chat.ui.model_facts import tokens_text, usd_text

CONTEXTS = (0, 32_000, 128_000, 256_000, 1_000_000)
PRICES_USD = (math.inf, 0.5, 1.0, 5.0, 15.0)


def draw_filters(fitting: int) -> None:
    """Draws the filters; `session.wanted` has what they say.

    Args:
        fitting: How many models fit them now.
    """
    count = session.wanted().count
    name = f"Filter models ({count})" if count else "Filter models"
    with st.popover(name, icon=":material/filter_list:", key="filters", width="stretch"):
        st.toggle("Free, by price", key=session.WANT_FREE, persist_state="session")
        st.toggle("Takes images", key=session.WANT_IMAGES, persist_state="session")
        st.toggle("Reasons", key=session.WANT_REASONING, persist_state="session")
        st.selectbox(
            "Context, at least",
            CONTEXTS,
            key=session.WANT_CONTEXT,
            persist_state="session",
            format_func=lambda tokens: f"{tokens_text(tokens)} tokens" if tokens else "Any",
        )
        st.selectbox(
            "Price of 1M tokens out, at most",
            PRICES_USD,
            key=session.WANT_USD,
            persist_state="session",
            format_func=lambda usd: usd_text(usd) if math.isfinite(usd) else "Any",
        )
        st.caption("1 model fits." if fitting == 1 else f"{fitting:,} models fit.")
