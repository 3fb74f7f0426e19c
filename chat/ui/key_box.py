"""The sidebar's place for an OpenRouter key: put one in, see how it stands, let go of it.

The key itself is in the tab's memory; the page is sent its label and what is left of it.
"""

import time
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from chat.errors import InvalidKey, StoreError
from chat.keys import openrouter_key
from chat.messages import Secret
from chat.ui import connect_box, session, visit
from chat.ui.key_cookie import recall_key, remember_key
from chat.ui.key_ring import KeyRing
from chat.ui.key_wording import CANNOT_BE, CONNECTING, badge, particulars
from chat.ui.plain import plain
from chat.ui.session import Tab
from chat.ui.wiring import services

LOOK_AGAIN_S = 0.4


def key_to_ask_with(tab: Tab) -> Secret | None:
    """The visitor's key, else the server's where it is lent to this visitor."""
    return tab.ring.key or services().server_key.key_for(is_local=visit.is_local())


def draw_key_box(tab: Tab) -> None:
    """Draws the field, and below it how the key stands or what can be had without one."""
    if tab.is_new:
        tab.is_new = False
        recall_key(tab)
    is_connecting = connect_box.is_connecting(tab)
    st.text_input(
        "OpenRouter API key",
        type="password",
        key=session.KEY_FIELD,
        placeholder="sk-or-v1-…" if tab.ring.key is None else "Paste another one",
        autocomplete="off",
        on_change=_take_key,
        args=(tab,),
        help="Kept in this tab's memory until you close or reload it, and by a batch until it "
        "ends. Sent to OpenRouter only. Make one at openrouter.ai/keys.",
    )
    if tab.ring.fault:
        # Not a caption, which would make the red too pale to read.
        st.markdown(f":small[:red[:material/error: {plain(tab.ring.fault)}]]")
    if is_connecting:
        st.markdown(CONNECTING)
        st.fragment(run_every=LOOK_AGAIN_S)(_look_again)(
            lambda: connect_box.is_connecting(tab), time.monotonic()
        )
    elif tab.ring.key is not None:
        _draw_key(tab.ring.key, tab)
    else:
        if services().server_key.key_for(is_local=visit.is_local()) is not None:
            _draw_lent(tab)
        connect_box.draw_connect_box(tab)


def _draw_key(key: Secret, tab: Tab) -> None:
    check = services().keys.look(key)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(badge(check), width="content")
        st.button("Forget key", key="forget_key", type="tertiary", on_click=forget_key, args=(tab,))
        if check.verdict == "unchecked" and not check.is_pending:
            st.button(
                "Check again",
                key="check_key",
                type="tertiary",
                on_click=services().keys.ask_again,
                args=(key,),
            )
    _, zone = visit.today()
    # The line keeps its place while nothing is known, so that nothing below it moves.
    st.caption(particulars(check, zone) or "OpenRouter is being asked.")
    if session.cookie_owner() is not None:
        session.set_remembering(is_on=tab.ring.is_remembered)
        st.toggle(
            "Remember me",
            key=session.REMEMBER,
            on_change=lambda: remember_key(tab, is_wanted=session.wants_remembering()),
            help="Keeps the key for 30 days in a cookie of this browser, encrypted so that only "
            "this server can open it. The server keeps no copy.",
        )
    if check.is_pending:
        st.fragment(run_every=LOOK_AGAIN_S)(_look_again)(
            lambda: services().keys.look(key).is_pending, time.monotonic()
        )


def _look_again(is_pending: Callable[[], bool], drawn_at_s: float) -> None:
    """Draws the page anew once nothing is waited for; not while it is being drawn anyway."""
    is_first = time.monotonic() - drawn_at_s < LOOK_AGAIN_S / 2
    if not (is_first or is_pending()):
        st.rerun()


def _draw_lent(tab: Tab) -> None:
    lender = services().server_key
    if not lender.has_budget:
        st.caption(":material/check: The key of this server is used.")
        return
    try:
        left_usd = lender.left_usd(tab.owner)
    except StoreError:
        return
    if left_usd > 0:
        said = f"This server pays for your answers: ${left_usd:,.2f} left today."
        st.caption(f":material/check: {plain(said)}")
    else:
        st.caption(
            ":material/info: What this server pays for is used up for today. "
            "Paste a key of your own to go on."
        )


def forget_key(tab: Tab) -> None:
    """Lets go of the visitor's key: in this tab, in batches that ask with it, in the browser."""
    if tab.ring.key is not None:
        services().keys.forget(tab.ring.key)
        with suppress(StoreError):  # they ask no more with it all the same
            services().batching.forget_key(tab.ring.key)
    tab.ring = KeyRing()
    remember_key(tab, is_wanted=False)


def _take_key(tab: Tab) -> None:
    text = session.take_key_text()
    if not text:
        return
    try:
        key = openrouter_key(text)
        is_remembered = tab.ring.is_remembered
        tab.ring = KeyRing(key)
        if is_remembered:
            remember_key(tab, is_wanted=True)
    except InvalidKey as error:
        tab.ring.fault = CANNOT_BE.format(why=error.failure.detail)
