"""The sidebar's field for an OpenRouter key; it stays in this tab's memory and nowhere else."""

import streamlit as st

from chat.errors import InvalidKey
from chat.keys import clean_key
from chat.messages import Secret
from chat.ui import session


def draw_key_box(*, has_server_key: bool) -> None:
    """Draws the field, and below it what is wrong with the key where that can be seen from here."""
    typed = st.text_input(
        "OpenRouter API key",
        type="password",
        key=session.KEY_FIELD,
        placeholder="sk-or-v1-…",
        autocomplete="off",
        help="Kept in this tab's memory only, until you close or reload it. "
        "Make one at openrouter.ai/keys.",
    )
    if not typed:
        if has_server_key:
            st.caption(":material/check: This server has a key of its own.")
        return
    try:
        clean_key(typed)
    except InvalidKey as error:
        st.caption(f":red[:material/error: This cannot be a key. {error.failure.detail}]")


def typed_key(text: str) -> Secret | None:
    """The typed key, or None where there is none.

    Raises:
        InvalidKey: the text cannot be a key.
    """
    return clean_key(text) if text.strip() else None
