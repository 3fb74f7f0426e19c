"""Finished turns as they stand on screen: what was asked, what was answered, how it ended."""

from contextlib import nullcontext, suppress
from functools import lru_cache

import streamlit as st

from chat.conversations import ReplyRecord
from chat.images import MAX_MEGAPIXELS, Image, megapixels_of
from chat.measured import slowness
from chat.mending import mended
from chat.tree import Turn
from chat.ui import session
from chat.ui.copy_button import draw_copy_button
from chat.ui.failure_card import draw_failure_card
from chat.ui.finished_blocks import finished_blocks
from chat.ui.flight_link import open_flight
from chat.ui.intentions import choose, delete_message, edit
from chat.ui.offered import offered
from chat.ui.plain import plain
from chat.ui.receipt import receipt_of
from chat.ui.reply_header import header
from chat.ui.reply_stats import final_line, reasoning_line
from chat.ui.session import EDIT_BOX, Tab
from chat.ui.stacks import draw_stacked
from chat.ui.wiring import services

ASSISTANT_AVATAR = ":material/bolt:"
USER_AVATAR = ":material/person:"
IMAGE_PX = 200
NOT_SHOWN = "This image cannot be shown."
EDIT, DELETE = "Edit and resend", "Delete from here on"
FLIGHT = "Flight recorder of the answer"


def draw_finished_turn(tab: Tab, turn: Turn, *, can_change: bool) -> None:
    """Draws a turn that is not the last one, in few elements: each is sent on every run."""
    draw_user_message(tab, turn, can_change=can_change)
    with st.chat_message("assistant", avatar=ASSISTANT_AVATAR):
        draw_finished_reply(turn, can_act=False)
        # A row for one button would be one element too many.
        with actions_row(turn.reply.id) if len(turn.reply_siblings) > 1 else nullcontext():
            draw_siblings(turn.reply_siblings, turn.reply.id, can_change=can_change)
            draw_copy_button(turn.reply.id, turn.reply.text)


def draw_user_message(tab: Tab, turn: Turn, *, can_change: bool) -> None:
    """Draws what the visitor said, as typed: nothing in it is taken for Markdown.

    Args:
        tab: Knows whether the message is being edited.
        turn: The turn it begins.
        can_change: Whether it can be edited or deleted now; not while an answer is written.
    """
    with st.chat_message("user", avatar=USER_AVATAR):
        if tab.editing == turn.user.id and can_change:
            _draw_editor(tab, turn)
            return
        with st.container(horizontal=True, wrap=False, vertical_alignment="top"):
            st.text(turn.user.text, width="stretch")
            chosen = st.menu_button(
                "Edit",
                [EDIT, DELETE] if tab.is_temporary else [EDIT, DELETE, FLIGHT],
                key=f"message_{turn.user.id}",
                type="tertiary",
                disabled=not can_change,
            )
        _draw_images(turn.user.images)
        draw_siblings(turn.user_siblings, turn.user.id, can_change=can_change)
    if chosen == EDIT:
        tab.editing = turn.user.id
        st.rerun()
    if chosen == DELETE:
        delete_message(turn.user.id)
        st.rerun()
    if chosen == FLIGHT:
        open_flight(turn.reply.id)


def _draw_images(images: tuple[Image, ...]) -> None:
    if images:
        with st.container(horizontal=True):
            for number, image in enumerate(images, 1):
                _draw_image(image, f"Image {number}")
        model = offered().by_id.get(session.choice().model)
        if model is not None and model.sees_images is False:
            st.caption(plain(f"{model.name} takes no images: it is told that one was here."))


def _draw_image(image: Image, caption: str) -> None:
    """Draws an image; files that were imported or kept long ago may be broken."""
    if (megapixels_of(image.data) or 0.0) <= MAX_MEGAPIXELS:
        # Streamlit decodes it, and lets through whatever the decoder stumbles on.
        with suppress(Exception):
            st.image(image.data, caption, width=IMAGE_PX)
            return
    st.caption(NOT_SHOWN)


def draw_finished_reply(turn: Turn, *, can_act: bool) -> None:
    """Draws a reply; the last one in the elements that it was streamed in, so that nothing jumps.

    Args:
        turn: Whose reply it is.
        can_act: Whether it is the last one, so that something can be done about how it ended.
    """
    reply = turn.reply
    st.markdown(header(reply))
    draw_finished_text(reply, is_last=can_act)
    draw_failure_card(turn, can_act=can_act)
    usual = services().measuring.medians.usual(reply.owner, reply.model)
    slow = slowness(usual, reply.timings.ttft_s, reply.throughput_tok_s)
    st.caption(plain(final_line(reply, slow)))
    if reply.outcome == "stopped":
        st.caption(plain(receipt_of(reply)))


def draw_finished_text(reply: ReplyRecord, *, is_last: bool, shows_reasoning: bool = True) -> None:
    """Draws what the model has said, its reasoning folded; the last in several elements."""
    draw = _draw_in_blocks if is_last else _draw_whole
    is_cut = reply.outcome != "completed"
    if reply.reasoning and shows_reasoning:
        with st.status(reasoning_line(reply.timings), state="complete"):
            draw(reply.reasoning, is_cut and not reply.text)
    if reply.text:
        draw(reply.text, is_cut)


def actions_row(reply_id: str) -> st.delta_generator.DeltaGenerator:
    """The row below a reply for what can be done with it."""
    return st.container(key=f"actions_{reply_id}", horizontal=True, vertical_alignment="center")


def draw_siblings(siblings: tuple[str, ...], shown: str, *, can_change: bool) -> None:
    """Draws the walk between alternatives, "2 / 3", where there are any."""
    if len(siblings) < 2 or shown not in siblings:
        return
    place = siblings.index(shown)
    steps = {
        -1: ("Earlier", ":material/chevron_left:"),
        1: ("Later", ":material/chevron_right:"),
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        for step, (name, icon) in steps.items():
            if step == 1:
                st.caption(f"{place + 1} / {len(siblings)}", width="content")
            is_there = 0 <= place + step < len(siblings)
            st.button(
                name,
                key=f"{name}_{shown}",
                icon=icon,
                icon_position="left" if step < 0 else "right",
                type="tertiary",
                disabled=not (is_there and can_change),
                on_click=choose,
                args=(siblings[place + step] if is_there else shown,),
            )


def _draw_editor(tab: Tab, turn: Turn) -> None:
    st.text_area("Edit your message", turn.user.text, key=EDIT_BOX, height="content")
    with st.container(horizontal=True):
        st.button("Send", type="primary", on_click=edit, args=(turn.user.id,), key="edit_send")
        if st.button("Cancel", key="edit_cancel"):
            tab.editing = None
            st.rerun()


@lru_cache(maxsize=2048)
def _mended(text: str) -> str:
    """A text that broke off; mended once, however often the page is drawn."""
    return mended(text)


def _draw_in_blocks(text: str, is_cut: bool) -> None:  # noqa: FBT001 - one of two that are chosen from
    draw_stacked(finished_blocks.of(text, is_cut=is_cut))


def _draw_whole(text: str, is_cut: bool) -> None:  # noqa: FBT001 - likewise
    """A text as one element; it looks as its blocks do, but for a few pixels."""
    st.markdown(_mended(text) if is_cut else text)
