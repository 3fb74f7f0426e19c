"""Redrawing a page by a timer, for the few things that no click and no stream brings about."""

import time
from collections.abc import Callable

import streamlit as st


def look_again_every(seconds: float, has_news: Callable[[], bool] = lambda: True) -> None:
    """Redraws the whole page after so many seconds, unless something else does so before.

    Args:
        seconds: How long from one look to the next.
        has_news: Whether there is anything to redraw it for: a page costs a browser far more than
            a look does.
    """
    st.fragment(run_every=seconds)(_look_again)(time.monotonic(), seconds, has_news)


def _look_again(drawn_at_s: float, seconds: float, has_news: Callable[[], bool]) -> None:
    # It is also called while the page itself is drawn, and must not redraw it then.
    if time.monotonic() - drawn_at_s >= seconds / 2 and has_news():
        st.rerun()
