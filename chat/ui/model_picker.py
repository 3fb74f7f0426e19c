"""The sidebar's choice of model and of how it should answer."""

from collections.abc import Mapping, Sequence

import streamlit as st

from chat.catalogue import Model
from chat.local.states import Fetching, Off, Ready, State, Unavailable
from chat.local.supervisor import LocalModels
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX
from chat.settings import MAX_TOKENS_LIMIT
from chat.ui import session

LOCAL_REFRESH_S = 1.0


def draw_model_picker(models: Sequence[Model], chosen: str) -> None:
    """Draws the choice; any other id may be typed into it."""
    by_id: Mapping[str, Model] = {model.id: model for model in models}
    st.selectbox(
        "Model",
        # A typed id stays in the list for as long as it is the choice.
        list(by_id) if chosen in by_id else [chosen, *by_id],
        key=session.MODEL,
        format_func=lambda model_id: _label(by_id.get(model_id), model_id),
        accept_new_options=True,
    )


def draw_model_hint(model: str, *, has_key: bool, local: LocalModels) -> None:
    """Says below the choice what the chosen model still needs, if anything."""
    if model.startswith(LOCAL_PREFIX):
        _draw_local_state(local, model)
    elif not model.startswith(SIMULATOR_PREFIX) and not has_key:
        st.caption(":material/key: Needs an OpenRouter key.")


def draw_parameters() -> None:
    """Draws temperature, max tokens and system prompt."""
    with st.expander("Parameters", icon=":material/tune:"):
        st.slider("Temperature", 0.0, 2.0, step=0.1, key=session.TEMPERATURE)
        st.number_input("Max tokens", 1, MAX_TOKENS_LIMIT, step=64, key=session.MAX_TOKENS)
        st.text_area("System prompt", key=session.SYSTEM_PROMPT, max_chars=20_000)


def _label(model: Model | None, model_id: str) -> str:
    if model is None:
        return model_id
    return f"{model.name} · {model.note}" if model.note else model.name


def _draw_local_state(local: LocalModels, model: str) -> None:
    """Shows how the embedded model is; looks again by itself only until it is ready."""
    state = local.state(model)
    is_settled = isinstance(state, Ready | Off | Unavailable)
    st.fragment(run_every=None if is_settled else LOCAL_REFRESH_S)(_draw_state)(local, model)


def _draw_state(local: LocalModels, model: str) -> None:
    state: State = local.state(model)
    match state:
        case Ready():
            st.caption(
                ":material/memory: Runs inside this app. A demo model of 135 million parameters: "
                "real tokens, modest answers."
                if model.endswith("smollm2-135m-instruct")
                else ":material/memory: Runs on this machine."
            )
        case Fetching(done_bytes, total_bytes):
            share = done_bytes / total_bytes if total_bytes else 0.0
            st.progress(min(share, 1.0), f"Downloading the local model… {share:.0%}")
        case Off(reason):
            st.caption(f":material/info: {reason}")
        case Unavailable(reason):
            st.caption(f":material/info: {reason}")
            st.button("Try again", key="retry_local", type="tertiary", on_click=local.retry)
        case _:
            st.caption(":material/hourglass_empty: Loading local model…")
