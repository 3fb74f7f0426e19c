"""Keeps the metrics page up to date: redraws it when a reply has ended, and says what is streaming.

The sidebar redraws every page once a second while answers of this process stream; here is noticed
what it cannot know: that an ending was saved, here or by another process.
"""

import time

import streamlit as st

from chat.errors import StoreError
from chat.figures import EVERYBODY
from chat.ui.wiring import services

LOOK_S = 2.0


def draw_live(owner: str) -> None:
    """Draws the line of what is streaming, and looks every few seconds for what has changed."""
    seen = _newest(owner)
    known = services().engine.known(owner).values() if owner != EVERYBODY else []
    count = sum(not live.is_closed for live in known)
    place = st.empty()
    if count:
        place.caption(f":material/sensors: {count} answer{'s' if count > 1 else ''} streaming")
    st.fragment(_look, run_every=LOOK_S)(owner, seen, time.monotonic())


def _look(owner: str, seen: str, drawn_at_s: float) -> None:
    # It is also called while the page itself is drawn, and must not redraw it then.
    if time.monotonic() - drawn_at_s >= LOOK_S / 2 and _newest(owner) != seen:
        st.rerun()


def _newest(owner: str) -> str:
    try:
        return services().kept.store.figures.newest_change(owner)
    except StoreError:
        return ""
