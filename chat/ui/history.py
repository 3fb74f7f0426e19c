"""The browser's Back and Forward; what the URL names otherwise is `session`'s affair."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from chat.ui.session import CONVERSATION
from chat.ui.tab import Tab


def follow_history(held: Tab) -> None:
    """Shows what the URL names after Back or Forward; on the chat page.

    An address without a conversation is that of a new chat then, and only then: a click that was
    made just before an address was written comes without one too.
    """
    run = get_script_run_ctx()
    named = st.query_params.get(CONVERSATION)
    if run is None or not run.is_history_navigation or named == held.conversation_id:
        return
    # A temporary chat has no address: without one it may be where the visitor comes back to.
    if named is not None or not held.is_temporary:
        held.named = named
        held.turn_to(named)
