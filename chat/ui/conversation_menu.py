"""The title of the conversation on screen, and what can be done with the whole of it."""

import re

import streamlit as st

from chat.errors import StoreError
from chat.exchange.writing import to_json, to_markdown
from chat.tree import Tree
from chat.turn import Opened
from chat.ui import session
from chat.ui.intentions import delete_conversation
from chat.ui.rooms import room_of

TITLE_LIMIT = 100


def draw_title_row(tab: session.Tab, opened: Opened | None) -> None:
    """Draws the page's title, and beside it the menu where a conversation is on screen."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="title_row"):
        st.title("Temporary chat" if tab.is_temporary else "Chat", width="stretch")
        if tab.conversation_id is None:
            session.set_temporary(is_on=tab.is_temporary)
            st.toggle(
                "Temporary",
                key=session.TEMPORARY,
                on_change=_switch,
                help="A temporary chat is never written down. When you leave it for another chat, "
                "it is gone, and a running answer stops.",
            )
        if opened is not None:
            with st.popover("More", icon=":material/more_horiz:", type="tertiary"):
                _draw_menu(tab, opened.tree)


def _switch() -> None:
    tab = session.tab()
    # A click may come late, when the first message has made the chat what it is.
    if tab.conversation_id is None:
        tab.is_temporary = session.wants_temporary()


def _draw_menu(tab: session.Tab, tree: Tree) -> None:
    store, conversation = room_of(tab).store, tree.conversation
    title = st.text_input(
        "Title", conversation.title, max_chars=TITLE_LIMIT, key=f"title_{conversation.id}"
    )
    is_pinned = st.toggle("Pinned", conversation.is_pinned, key=f"pin_{conversation.id}")
    try:
        if title and title.strip() and title.strip() != conversation.title:
            store.rename(tab.owner, conversation.id, title.strip())
            st.rerun()
        if is_pinned != conversation.is_pinned:
            store.pin(tab.owner, conversation.id, is_pinned=is_pinned)
            st.rerun()
    except StoreError as error:
        st.caption(f":red[{error}]")
    name = _file_name(conversation.title)
    st.download_button(
        "Export as Markdown",
        lambda: to_markdown(tree),
        f"{name}.md",
        "text/markdown",
        icon=":material/download:",
        width="stretch",
        on_click="ignore",
        key="export_markdown",
    )
    st.download_button(
        "Export as JSON",
        lambda: to_json([tree]),
        f"{name}.json",
        "application/json",
        icon=":material/download:",
        width="stretch",
        on_click="ignore",
        key="export_json",
    )
    st.button(
        "Delete conversation",
        icon=":material/delete:",
        width="stretch",
        on_click=delete_conversation,
        args=(conversation.id,),
        key="delete_conversation",
    )


def _file_name(title: str) -> str:
    return re.sub(r"[^\w-]+", "-", title).strip("-")[:60] or "conversation"
