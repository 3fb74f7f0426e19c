"""The sidebar's list of conversations."""

from collections.abc import Collection, Sequence

import streamlit as st

from chat.conversations import Conversation

LIST_LENGTH = 30


def draw_conversation_list(
    conversations: Sequence[Conversation], shown: str | None, answering: Collection[str]
) -> str | None:
    """Draws the newest conversations, each a button.

    Args:
        conversations: Most recently used first.
        shown: The id of the one on screen.
        answering: The ids of those with a running answer.

    Returns:
        The id of the one that was clicked, or None.
    """
    clicked = None
    if conversations:
        st.caption("Conversations")
    for conversation in conversations:
        is_answering = conversation.id in answering
        if st.button(
            conversation.title,
            key=f"open_{conversation.id}",
            icon=":material/bolt:" if is_answering else ":material/chat_bubble:",
            help="Answering…" if is_answering else None,
            type="secondary" if conversation.id == shown else "tertiary",
            width="stretch",
        ):
            clicked = conversation.id
    return clicked
