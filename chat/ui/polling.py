"""Redrawing a page by a timer, for the few things that no click and no stream brings about."""

import time

import streamlit as st


def look_again_every(seconds: float) -> None:
    """Redraws the whole page after so many seconds, unless something else does so before."""
    st.fragment(run_every=seconds)(_look_again)(time.monotonic(), seconds)


def _look_again(drawn_at_s: float, seconds: float) -> None:
    # It is also called while the page itself is drawn, and must not redraw it then.
    if time.monotonic() - drawn_at_s >= seconds / 2:
        st.rerun()
