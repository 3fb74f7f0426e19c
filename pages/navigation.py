"""The frame of every page: the sidebar, and which page is in the middle."""

import streamlit as st

from chat.ui.frame import ICON, SIDEBAR_PX, draw_sidebar

st.set_page_config(
    page_title="Tickertape",
    page_icon=str(ICON),
    layout="centered",
    initial_sidebar_state=SIDEBAR_PX,
)
page = st.navigation(
    [
        st.Page("conversation.py", title="Chat", icon=":material/forum:", default=True),
        st.Page("metrics.py", title="Metrics", icon=":material/timer:", url_path="metrics"),
    ]
)
with st.sidebar:
    draw_sidebar(is_chat_page=page.url_path == "")
page.run()
