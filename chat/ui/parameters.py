"""The sidebar's choice of how the chosen model should answer: only what that model takes."""

import streamlit as st

from chat.catalogue import Model
from chat.choices import SYSTEM_PROMPT_CHARS
from chat.parameters import efforts_of
from chat.settings import MAX_TOKENS_LIMIT
from chat.ui import session
from chat.ui.model_facts import tokens_text
from chat.ui.presets import draw_presets

MODELS_OWN = "Model's own"
OPENROUTERS_OWN = "OpenRouter's own"


def draw_parameters(tab: session.Tab, model: Model | None, *, is_openrouter: bool) -> None:
    """Draws the parameters, folded; values of what is not drawn are kept for another model.

    Args:
        tab: Whose presets are offered.
        model: The chosen one; None for one that nobody knows, which may take anything.
        is_openrouter: Whether OpenRouter is asked, which has upstream providers of its own.
    """
    with st.expander("Parameters", icon=":material/tune:"):
        if _takes(model, "temperature"):
            st.slider(
                "Temperature", 0.0, 2.0, step=0.1, key=session.TEMPERATURE, persist_state="session"
            )
        if _takes(model, "top_p"):
            st.slider("Top-p", 0.0, 1.0, step=0.05, key=session.TOP_P, persist_state="session")
        _draw_max_tokens(model)
        efforts = efforts_of(model)
        if efforts:
            st.selectbox(
                "Reasoning effort",
                ["", *efforts],
                key=session.EFFORT,
                format_func=lambda word: word.capitalize() or MODELS_OWN,
                persist_state="session",
            )
        if _takes(model, "seed"):
            st.number_input(
                "Seed",
                0,
                2**31 - 1,
                None,
                step=1,
                key=session.SEED,
                placeholder="None",
                persist_state="session",
            )
        st.text_area(
            "System prompt",
            key=session.SYSTEM_PROMPT,
            max_chars=SYSTEM_PROMPT_CHARS,
            persist_state="session",
        )
        draw_presets(tab)
    if is_openrouter:
        _draw_upstreams()


def _takes(model: Model | None, parameter: str) -> bool:
    return model is None or model.takes(parameter)


def _draw_max_tokens(model: Model | None) -> None:
    st.number_input(
        "Max tokens", 1, MAX_TOKENS_LIMIT, step=64, key=session.MAX_TOKENS, persist_state="session"
    )
    limit = model.max_output_tokens if model is not None else None
    if limit is not None:
        st.caption(f"This model writes {tokens_text(limit)} tokens at most.")


def _draw_upstreams() -> None:
    with st.expander("Upstream providers", icon=":material/alt_route:"):
        st.selectbox(
            "Prefer",
            ["", "price", "throughput", "latency"],
            key=session.SORT,
            format_func=lambda word: f"Best {word}" if word else OPENROUTERS_OWN,
            persist_state="session",
        )
        st.text_input(
            "Only these",
            key=session.ONLY,
            placeholder="deepinfra, together",
            persist_state="session",
        )
        st.text_input(
            "Never these", key=session.IGNORE, placeholder="None", persist_state="session"
        )
        st.toggle(
            "Only those that keep no prompts", key=session.NO_COLLECTION, persist_state="session"
        )
        for label, key in (
            ("Price of 1M tokens in, at most (USD)", session.MAX_PROMPT_USD),
            ("Price of 1M tokens out, at most (USD)", session.MAX_COMPLETION_USD),
        ):
            st.number_input(
                label,
                0.0,
                None,
                None,
                step=0.5,
                key=key,
                placeholder="Any",
                persist_state="session",
            )
