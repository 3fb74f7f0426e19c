"""One conversation on screen: its finished turns, then the answer that is being written."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from chat.conversations import Outcome, ReplyRecord
from chat.errors import StoreError
from chat.live import LiveReply
from chat.pacing import READER_S
from chat.reply import ReplyFold
from chat.tree import Turn
from chat.turn import Opened
from chat.ui import session
from chat.ui.copy_button import draw_copy_button
from chat.ui.failure_card import buttons_of
from chat.ui.finish_watch import note_finished
from chat.ui.flight_link import open_flight
from chat.ui.live_blocks import LAST_PAINT_S
from chat.ui.live_reply import draw_live_reply, has_started_over
from chat.ui.live_state import LiveState
from chat.ui.notices import StoreNotice
from chat.ui.page_script import Announcement
from chat.ui.polling import look_again_every
from chat.ui.receipt import awaits_cost
from chat.ui.remedies import draw_go_on, draw_regenerate
from chat.ui.reply_header import LiveHeader, live_header
from chat.ui.reply_stats import live_line
from chat.ui.rooms import room_of
from chat.ui.stage import stage
from chat.ui.transcript import (
    ASSISTANT_AVATAR,
    actions_row,
    draw_finished_reply,
    draw_finished_turn,
    draw_siblings,
    draw_user_message,
)
from chat.ui.wiring import services

ELSEWHERE_S = 1.0
COST_S = 3.0
CAN_GO_ON: frozenset[Outcome] = frozenset({"stopped", "truncated", "interrupted", "failed"})

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
    def running(self) -> str | None:
        """The id of the running answer, in this process or another, or None."""
        turns = self.opened.turns if self.opened is not None else []
        return turns[-1].reply.id if turns and turns[-1].reply.outcome is None else None

    @property
    def turn(self) -> str | None:
        """The id of the newest turn's message, or None."""
        turns = self.opened.turns if self.opened is not None else []
        return turns[-1].user.id if turns else None


def open_conversation(tab: session.Tab) -> View:
    """Reads the conversation that the tab shows, as it stands now."""
    services().on_screen.note(tab, tab.owner, tab.conversation_id if tab.is_temporary else None)
    if tab.conversation_id is None:
        return View("new")
    try:
        opened = room_of(tab).turns.open(tab.owner, tab.conversation_id)
    except StoreError:
        return View("unreadable")
    return View("missing") if opened is None else View("found", opened)


def announcement(tab: session.Tab, view: View) -> Announcement:
    """What a screen reader is told now: only the beginning and the end of an answer it saw."""
    if view.running is not None:
        tab.followed = view.running
        return "Answering"
    if view.opened is None or tab.followed is None:
        return ""
    ended = {turn.reply.id: turn.reply.outcome for turn in view.opened.turns}
    outcome = ended.get(tab.followed)
    return _SAID[outcome] if outcome is not None else ""


def draw_conversation(tab: session.Tab, opened: Opened, store_notice: StoreNotice) -> None:
    """Draws the newest turns; with a running answer this lasts until it ends, then it is redrawn.

    Args:
        tab: The tab.
        opened: The conversation; it has at least one turn.
        store_notice: Where it is said, also meanwhile, that nothing is being saved.
    """
    is_running = opened.turns[-1].reply.outcome is None
    *earlier, last = opened.turns[-tab.window :]
    _draw_earlier_button(tab, len(opened.turns))
    for turn in earlier:
        draw_finished_turn(tab, turn, can_change=not is_running)
    draw_user_message(tab, last, can_change=not is_running)
    live, reply = opened.live, last.reply
    over = live is not None and has_started_over(live)
    with (
        stage(tab, "reply", f"{reply.id}{'+' if over else ''}"),
        st.chat_message("assistant", avatar=ASSISTANT_AVATAR),
    ):
        if live is not None:
            _draw_live(tab, live, store_notice)
        elif is_running:
            _draw_elsewhere(reply)
        else:
            if reply.conversation_id in tab.marked:
                # It ended after the sidebar was drawn, which says what was used.
                st.rerun()
            draw_finished_reply(last, can_act=True)
            _draw_actions(tab, last)
            if awaits_cost(reply, datetime.now(UTC)):
                look_again_every(COST_S)


def _draw_live(tab: session.Tab, live: LiveReply, store_notice: StoreNotice) -> None:
    if live.conversation_id not in tab.marked:
        # It began after the sidebar was drawn: a queued message, sent by itself.
        st.rerun()
    header = LiveHeader(live.model, st.empty())

    def tick(fold: ReplyFold, state: LiveState) -> None:
        header.draw(state, live.now_s, live_line(fold, live.age_s))
        store_notice.draw()
        note_finished(tab)

    paints = services().paints
    paints.open(tab.view, live.id)
    services().measuring.book.open(live)
    try:
        draw_live_reply(live, tick, lambda: paints.load(tab.view, live.id))
        readers = paints.readers
    finally:
        paints.close(tab.view, live.id)
    # The finished reply is drawn by the next run, in the same elements. What of this one has not
    # been sent by then is thrown away, and where many read the server is behind by some frames.
    time.sleep(max(LAST_PAINT_S, 2 * READER_S * readers))
    st.rerun()


def _draw_elsewhere(reply: ReplyRecord) -> None:
    """An answer that another process of this app is writing: its checkpoints, as they come."""
    st.markdown(live_header(reply.model, LiveState(), 0.0, ""))
    st.markdown(reply.text or "…")
    look_again_every(ELSEWHERE_S)


def _draw_actions(tab: session.Tab, turn: Turn) -> None:
    """Draws what can be done with the last reply."""
    reply = turn.reply
    with actions_row(reply.id):
        draw_siblings(turn.reply_siblings, reply.id, can_change=True)
        in_card = buttons_of(reply)
        if reply.outcome in CAN_GO_ON and reply.text and "go_on" not in in_card:
            draw_go_on()
        if "regenerate" not in in_card:
            draw_regenerate(reply)
        draw_copy_button(reply.id, reply.text)
        if not tab.is_temporary and st.button(
            "Flight recorder",
            key=f"flight_{reply.id}",
            icon=":material/flight_takeoff:",
            type="tertiary",
        ):
            open_flight(reply.id)


def _draw_earlier_button(tab: session.Tab, turns: int) -> None:
    place = st.empty()
    hidden = turns - tab.window
    if hidden > 0 and place.button(
        f"Show earlier ({hidden})", key="show_earlier", icon=":material/expand_less:"
    ):
        tab.window += session.EARLIER_TURNS
        st.rerun()
