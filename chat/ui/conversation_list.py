"""The sidebar's list of conversations."""

from collections.abc import Collection, Sequence

import streamlit as st

from chat.conversations import Conversation
from chat.ui.plain import plain

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
        is_shown = conversation.id == shown
        title = plain(conversation.title)
        if st.button(
            f"**{title}**" if is_shown else title,
            key=f"open_{conversation.id}",
            icon=":material/bolt:" if is_answering else ":material/chat_bubble:",
            help="Answering…" if is_answering else None,
            type="tertiary",
            wrap=False,
        ):
            clicked = conversation.id
    return clicked
