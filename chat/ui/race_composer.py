"""The bottom of the compare page: where the prompt for all lanes is written."""

import streamlit as st

from chat.opened_comparison import OpenedComparison
from chat.ui.race_intentions import send
from chat.ui.race_tab import RACE_PROMPT


def draw_race_composer(opened: OpenedComparison | None) -> None:
    """Draws the prompt box; it takes no follow-up while a lane still answers.

    Args:
        opened: The comparison on screen, or None while lanes are chosen.
    """
    is_running = opened is not None and opened.is_running
    with st.bottom:
        st.chat_input(
            "Ask all lanes" if opened is None else "Ask a follow-up",
            key=RACE_PROMPT,
            on_submit=send,
            disabled=is_running,
        )
