"""The operator's view of everybody's figures: seen after the operator's token was typed in."""

import streamlit as st

from chat.figures import EVERYBODY
from chat.operator import is_operator
from chat.ui import session
from chat.ui.wiring import services

_FIELD = "operator_token"
_WHOSE = "everybody"


def draw_operator_box(tab: session.Tab) -> str:
    """Draws the way in, or the choice whose answers are shown; gives their owner."""
    if services().settings.api_token is None:
        return tab.owner
    if tab.is_operator:
        is_all = st.toggle("Everybody's answers", key=_WHOSE, persist_state="session")
        return EVERYBODY if is_all else tab.owner
    with st.popover("Operator", icon=":material/shield_person:"):
        st.text_input(
            "API_TOKEN of this server",
            type="password",
            key=_FIELD,
            on_change=_check,
            autocomplete="off",
            max_chars=500,
        )
    return tab.owner


def _check() -> None:
    tab, token = session.tab(), services().settings.api_token
    typed = str(session.value_of(_FIELD) or "")
    session.put_back("", _FIELD)
    if is_operator(typed, token):
        tab.is_operator = True
    elif typed:
        tab.notice = "That is not this server's token."
