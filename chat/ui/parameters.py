"""The sidebar's choice of how the chosen model should answer."""

import streamlit as st

from chat.settings import MAX_TOKENS_LIMIT
from chat.ui import session


def draw_parameters() -> None:
    """Draws temperature, max tokens and system prompt."""
    with st.expander("Parameters", icon=":material/tune:"):
        st.slider("Temperature", 0.0, 2.0, step=0.1, key=session.TEMPERATURE)
        st.number_input("Max tokens", 1, MAX_TOKENS_LIMIT, step=64, key=session.MAX_TOKENS)
        st.text_area("System prompt", key=session.SYSTEM_PROMPT, max_chars=20_000)
