"""The way to a reply's flight recorder. What is drawn there is in `flight`."""

import streamlit as st

REPLY = "reply"
"""Name of the address's part that names the reply."""


def open_flight(reply_id: str) -> None:
    """Goes to a reply's flight recorder; ends the run."""
    st.switch_page("metrics.py", query_params={REPLY: reply_id})
