"""The metrics page without figures: where they come from, and a sample to begin with."""

import streamlit as st

from chat.ask import Ask
from chat.errors import StoreError
from chat.local.states import Ready
from chat.refusals import MessageRefused
from chat.routing import SIMULATOR_PREFIX
from chat.ui import session
from chat.ui.plain import plain
from chat.ui.wiring import services

SIMULATED = f"{SIMULATOR_PREFIX}rate-60-len-90-ttft-300"
QUESTION = "Describe a quiet harbour at dawn in five sentences."
SAMPLE_TOKENS = 120


def draw_empty() -> None:
    """Draws the page of a visitor without answers."""
    st.info("No answers yet. Ask something, and its figures appear here.", icon=":material/timer:")
    with st.container(horizontal=True):
        model = _sample_model()
        if model is not None:
            st.button(
                "Run a sample",
                key="run_sample",
                type="primary",
                icon=":material/play_arrow:",
                help=f"Asks {plain(model)} one question; it costs nothing.",
                on_click=_run,
                args=(model,),
            )
        st.page_link("conversation.py", label="Go to the chat", icon=":material/forum:")


def _sample_model() -> str | None:
    """A model that answers here at no cost: the embedded one, else the simulator."""
    held = services()
    for model in held.local.models():
        if isinstance(held.local.state(model.id), Ready):
            return model.id
    return SIMULATED if held.simulator is not None else None


def _run(model: str) -> None:
    tab = session.tab()
    ask = Ask(model, SAMPLE_TOKENS)
    try:
        services().kept.turns.begin(tab.owner, None, QUESTION, ask)
    except (MessageRefused, StoreError) as error:
        tab.notice = f"The sample could not be run. {error}"
