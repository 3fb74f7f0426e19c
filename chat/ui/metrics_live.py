"""Keeps the metrics page up to date: redraws it when a reply has ended, and says what is streaming.

The sidebar redraws every page when an answer of this process that is not on screen has ended; here
is noticed what it cannot know: that an ending was saved, here or by another process.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from chat.errors import StoreError
from chat.figures import EVERYBODY
from chat.live import LiveReply
from chat.reply import ReplyFold
from chat.ui.plain import plain
from chat.ui.reply_stats import live_line
from chat.ui.wiring import services

LOOK_S = 2.0
RECENT = timedelta(hours=1)
"""An answer that began earlier is not looked at for its ending."""
NEWEST = 3


def draw_live(owner: str) -> None:
    """Draws the line of what is streaming, and looks every few seconds for what has changed."""
    since = datetime.now(UTC) - RECENT
    seen = _newest(owner, since)
    known = services().engine.known(owner).values() if owner != EVERYBODY else []
    running = [live for live in known if not live.is_closed]
    place = st.empty()
    if running:
        place.caption(f":material/sensors: {plain(streaming_says(running))}")
    st.fragment(_look, run_every=LOOK_S)(owner, since, seen, time.monotonic())


def streaming_says(running: Sequence[LiveReply]) -> str:
    """How many answers stream, and how long and how fast the newest of them do.

    Their models are not named: lanes may be blind.
    """
    count = f"{len(running)} answer{'s' if len(running) > 1 else ''} streaming"
    lines = []
    for live in running[-NEWEST:]:
        fold = ReplyFold()
        fold.feed(live.read())
        lines.append(live_line(fold, live.age_s))
    return f"{count}: {'; '.join(lines)}"


def _look(owner: str, since: datetime, seen: str, drawn_at_s: float) -> None:
    # It is also called while the page itself is drawn, and must not redraw it then.
    if time.monotonic() - drawn_at_s >= LOOK_S / 2 and _newest(owner, since) != seen:
        st.rerun()


def _newest(owner: str, since: datetime) -> str:
    try:
        return services().kept.store.figures.newest_change(owner, since)
    except StoreError:
        return ""
