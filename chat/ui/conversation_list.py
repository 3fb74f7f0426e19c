"""The sidebar's list of conversations: by day, newest first, or what a search has found."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta, tzinfo
from itertools import groupby

import streamlit as st

from chat.conversations import Conversation, Hit
from chat.ui.plain import plain


def draw_conversation_list(
    conversations: Sequence[Conversation],
    shown: str | None,
    answering: Collection[str],
    today: date,
    zone: tzinfo,
) -> str | None:
    """Draws the conversations, each a button, under the day on which they were last used.

    Args:
        conversations: Pinned ones first, then the most recently used.
        shown: The id of the one on screen.
        answering: The ids of those with a running answer.
        today: The visitor's date.
        zone: The visitor's time zone.

    Returns:
        The id of the one that was clicked, or None.
    """
    clicked = None
    for heading, group in groupby(conversations, lambda c: heading_of(c, today, zone)):
        st.caption(heading)
        for conversation in group:
            if _draw_entry(conversation, conversation.id == shown, conversation.id in answering):
                clicked = conversation.id
    return clicked


def draw_hits(hits: Sequence[Hit]) -> str | None:
    """Draws what a search has found; gives the id of the conversation that was clicked."""
    clicked = None
    if not hits:
        st.caption("Nothing found.")
    for number, hit in enumerate(hits):
        if st.button(
            plain(hit.title), key=f"hit_{number}_{hit.conversation_id}", type="tertiary", wrap=False
        ):
            clicked = hit.conversation_id
        st.caption("".join(_highlighted(hit)))
    return clicked


def heading_of(conversation: Conversation, today: date, zone: tzinfo) -> str:
    """Under which heading a conversation stands."""
    if conversation.is_pinned:
        return "Pinned"
    day = conversation.updated_at.astimezone(zone).date()
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day:%A}" if today - day < timedelta(days=7) else f"{day.day} {day:%B %Y}"


def _draw_entry(conversation: Conversation, is_shown: bool, is_answering: bool) -> bool:  # noqa: FBT001 - two flags of one entry
    title = plain(conversation.title)
    return st.button(
        f"**{title}**" if is_shown else title,
        key=f"open_{conversation.id}",
        icon=":material/bolt:" if is_answering else ":material/chat_bubble:",
        help="Answering…" if is_answering else None,
        type="tertiary",
        wrap=False,
    )


def _highlighted(hit: Hit) -> Iterator[str]:
    for text, is_hit in hit.snippet:
        # White space at the edges would end the mark.
        yield f":primary-background[{plain(text)}]" if is_hit else f" {plain(text)} "
