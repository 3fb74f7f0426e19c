"""The URL of the chat page: which conversation it names, and when that is a wish to see it."""

import streamlit as st

from chat.ui.history import is_history_navigation
from chat.ui.tab import Tab

CONVERSATION = "c"
MODEL = "model"


def follow_history(held: Tab) -> None:
    """Shows what the URL names after Back or Forward; on the chat page.

    An address without a conversation is that of a new chat then.
    """
    named = st.query_params.get(CONVERSATION)
    if not is_history_navigation() or named == held.conversation_id:
        return
    # A temporary chat has no address: without one it may be where the visitor comes back to.
    if named is not None or not held.is_temporary:
        held.turn_to(named)


def names_model() -> bool:
    """Whether the URL says which model to ask."""
    return bool(st.query_params.get(MODEL))


def show_conversation(held: Tab, conversation_id: str | None) -> None:
    """Puts a conversation, or a new one, on screen and into the URL."""
    if conversation_id != held.conversation_id:
        held.turn_to(conversation_id)
    write_address(held)


def begin_new(held: Tab) -> None:
    """Puts an empty chat on screen."""
    held.turn_to(None)
    write_address(held)


def write_address(held: Tab) -> None:
    """Makes the URL name the conversation on screen; a temporary one has no address."""
    if held.conversation_id is None or held.is_temporary:
        st.query_params.pop(CONVERSATION, None)
    elif st.query_params.get(CONVERSATION) != held.conversation_id:
        st.query_params[CONVERSATION] = held.conversation_id
