"""One conversation on screen: its finished turns, then the answer that is being written."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from chat.conversations import Outcome
from chat.errors import StoreError
from chat.live import LiveReply
from chat.turn import Opened
from chat.ui import session
from chat.ui.intentions import regenerate
from chat.ui.live_reply import draw_live_reply
from chat.ui.page_script import Announcement
from chat.ui.plain import plain
from chat.ui.stage import stage
from chat.ui.transcript import (
    ASSISTANT_AVATAR,
    draw_finished_reply,
    draw_turns,
    draw_user_message,
    live_header,
)
from chat.ui.wiring import model_name, services
from chat.ui.wording import NOT_FOUND, NOT_SAVED, STORE_AWAY, UNREADABLE

_SAID: dict[Outcome, Announcement] = {
    "completed": "Answer complete",
    "truncated": "Answer complete",
    "filtered": "Answer complete",
    "stopped": "Stopped",
    "interrupted": "Answer interrupted",
    "failed": "Answer failed",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the chat page has to draw.

    Attributes:
        state: A new chat; one that is there; one that is not; one that cannot be read now.
        opened: The conversation, where it is there.
    """

    state: Literal["new", "found", "missing", "unreadable"]
    opened: Opened | None = None

    @property
    def live(self) -> LiveReply | None:
        """The log of the running answer, or None."""
        return self.opened.live if self.opened is not None else None

    @property
    def turn(self) -> str | None:
        """The id of the newest turn's message, or None."""
        return self.opened.turns[-1].user.id if self.opened is not None else None


def open_conversation(tab: session.Tab) -> View:
    """Reads the conversation that the tab shows, as it stands now."""
    if tab.conversation_id is None:
        return View("new")
    try:
        opened = services().turns.open(tab.owner, tab.conversation_id)
    except StoreError:
        return View("unreadable")
    return View("missing") if opened is None else View("found", opened)


def announcement(tab: session.Tab, view: View) -> Announcement:
    """What a screen reader is told now: only the beginning and the end of an answer it saw."""
    if view.live is not None:
        tab.followed = view.live.id
        return "Answering"
    if view.opened is None or tab.followed is None:
        return ""
    ended = {turn.reply.id: turn.reply.outcome for turn in view.opened.turns}
    outcome = ended.get(tab.followed)
    return _SAID[outcome] if outcome is not None else ""


def draw_notices(tab: session.Tab) -> None:
    """Draws what the visitor has to know before reading on."""
    held = services()
    # Each has its place even when there is nothing to say, so that the rest of the page stays put.
    notice_place, store_place = st.empty(), st.empty()
    notice = session.take_notice(tab)
    if notice is not None:
        notice_place.warning(plain(notice), icon=":material/info:")
    if held.store_fault is not None:
        store_place.warning(f"{held.store_fault} {NOT_SAVED}", icon=":material/database_off:")
    elif held.recorder.fault is not None:
        store_place.warning(f"{held.recorder.fault} {STORE_AWAY}", icon=":material/database_off:")


def draw_missing(view: View) -> None:
    """Draws the page for a conversation that cannot be shown."""
    st.info(NOT_FOUND if view.state == "missing" else UNREADABLE, icon=":material/search_off:")


def draw_conversation(tab: session.Tab, opened: Opened) -> None:
    """Draws all turns; with a running answer this lasts until it ends, then the page is redrawn."""
    *earlier, last = opened.turns
    draw_turns(earlier, model_name)
    draw_user_message(last.user.text)
    with stage(tab, "reply", last.reply.id), st.chat_message("assistant", avatar=ASSISTANT_AVATAR):
        if opened.live is not None:
            name = model_name(opened.live.model)
            header = st.empty()
            draw_live_reply(
                opened.live, lambda figures: header.markdown(live_header(name, figures))
            )
            # The finished reply is drawn by the next run, in the same elements.
            st.rerun()
        actions = draw_finished_reply(last.reply, model_name)
        actions.button(
            "Regenerate" if last.reply.failure is None else "Try again",
            key="regenerate",
            icon=":material/refresh:",
            type="tertiary",
            on_click=regenerate,
        )
