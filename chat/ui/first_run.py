"""The empty screen of a new chat: what this is, and four things to ask."""

from collections.abc import Callable

import streamlit as st

from chat.ui import address, session
from chat.ui.wording import NOT_FOUND, UNREADABLE

PROMPTS = (
    (":material/landscape:", "Describe a quiet harbour at dawn in five sentences."),
    (":material/lightbulb:", "List six ideas for a rainy afternoon."),
    (":material/mail:", "Write a short, friendly note to a new neighbour."),
    (":material/restaurant:", "Explain how to make a simple tomato soup, step by step."),
)
"""Chosen to suit the small embedded model: scenes, lists and notes rather than facts or code."""


def draw_missing(state: str) -> None:
    """Draws the page for a conversation that is not there, or cannot be read now."""
    st.info(NOT_FOUND if state == "missing" else UNREADABLE, icon=":material/search_off:")
    tab = session.tab()
    if st.button("New chat", key="new_chat_here", icon=":material/add:"):
        address.begin_new(tab)
        st.rerun()


def draw_first_run(tab: session.Tab, on_choose: Callable[[str], None]) -> None:
    """Draws the empty screen.

    Args:
        tab: Knows whether the chat will be a temporary one.
        on_choose: Called with the prompt that was clicked.
    """
    if tab.is_temporary:
        st.caption(":material/visibility_off: Temporary chat: it is never written down.")
    st.markdown("Ask any model, and see how fast it really answers. Or begin with one of these:")
    columns = st.columns(2)
    for number, (icon, prompt) in enumerate(PROMPTS):
        columns[number % 2].button(
            prompt,
            key=f"prompt_{number}",
            icon=icon,
            width="stretch",
            wrap=True,
            on_click=on_choose,
            args=(prompt,),
        )
