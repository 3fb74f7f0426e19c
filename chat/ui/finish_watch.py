"""Says when an answer ends that is not on screen: in another conversation, or on another page."""

from collections.abc import Iterable, Mapping

import streamlit as st

from chat.conversations import Outcome
from chat.live import LiveReply
from chat.reply import ReplyFold
from chat.ui.plain import plain
from chat.ui.polling import look_again_every
from chat.ui.session import Tab

WATCH_S = 1.0
_SAID: Mapping[Outcome, tuple[str, str]] = {
    "completed": ("Answered", ":material/check_circle:"),
    "truncated": ("Cut off", ":material/content_cut:"),
    "filtered": ("Ended by the content filter", ":material/filter_alt:"),
    "interrupted": ("Interrupted", ":material/link_off:"),
    "failed": ("Failed", ":material/error:"),
}
"""What is said of each end. Of a stop nothing: somebody wanted it."""


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
            tab.elsewhere[live.id] = (titles.get(live.conversation_id, "A conversation"), live)
        else:
            tab.elsewhere.pop(live.id, None)
    note_finished(tab)
    if tab.elsewhere:
        look_again_every(WATCH_S, lambda: _has_news(tab))


def _has_news(tab: Tab) -> bool:
    return any(live.is_closed for _, live in tab.elsewhere.values())


def note_finished(tab: Tab) -> None:
    """Says which of the answers elsewhere have ended since the last look, and how."""
    for reply_id, (title, live) in list(tab.elsewhere.items()):
        if live.is_closed:
            del tab.elsewhere[reply_id]
            fold = ReplyFold()
            fold.feed(live.read())
            if fold.outcome is not None and fold.outcome in _SAID:
                words, icon = _SAID[fold.outcome]
                st.toast(f"{words}: {plain(title)}", icon=icon)
