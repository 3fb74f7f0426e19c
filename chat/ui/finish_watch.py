"""Says when an answer ends that is not on screen: in another conversation, or on another page."""

from collections.abc import Iterable, Mapping

import streamlit as st

from chat.live import LiveReply
from chat.ui.plain import plain
from chat.ui.polling import look_again_every
from chat.ui.session import Tab
from chat.ui.wiring import services

WATCH_S = 1.0


def watch(
    tab: Tab, running: Iterable[LiveReply], titles: Mapping[str, str], shown: str | None
) -> None:
    """Notes which answers run elsewhere, says which have ended, and looks again while some run.

    Args:
        tab: Remembers them.
        running: The visitor's running answers.
        titles: Titles of conversations by id.
        shown: The conversation on screen, or None on another page.
    """
    for live in running:
        if live.conversation_id != shown:
            tab.elsewhere[live.id] = titles.get(live.conversation_id, "A conversation")
        else:
            tab.elsewhere.pop(live.id, None)
    note_finished(tab)
    if tab.elsewhere:
        look_again_every(WATCH_S)


def note_finished(tab: Tab) -> None:
    """Says which of the answers elsewhere have ended since the last look."""
    if not tab.elsewhere:
        return
    known = services().engine.known(tab.owner)
    for reply_id, title in list(tab.elsewhere.items()):
        live = known.get(reply_id)
        if live is None or live.is_closed:
            del tab.elsewhere[reply_id]
            st.toast(f"Answered: {plain(title)}", icon=":material/check_circle:")
