"""The frame of every page: the sidebar, and which page is in the middle."""

import streamlit as st

from chat.ui.frame import ICON, SIDEBAR_PX, draw_sidebar
from chat.ui.turnstile import drawing

with drawing.passing():
    # First: the sidebar takes its width where it is drawn first, which the list of pages does.
    st.set_page_config(
        page_title="Tickertape", page_icon=str(ICON), initial_sidebar_state=SIDEBAR_PX
    )
    page = st.navigation(
        [
            st.Page("conversation.py", title="Chat", icon=":material/forum:", default=True),
            st.Page(
                "compare.py", title="Compare", icon=":material/view_column:", url_path="compare"
            ),
            st.Page("metrics.py", title="Metrics", icon=":material/timer:", url_path="metrics"),
        ]
    )
    # Here: a page that sets its own layout after this would change from one to the other.
    st.set_page_config(layout="wide" if page.url_path in {"compare", "metrics"} else "centered")
    with st.sidebar:
        draw_sidebar(is_chat_page=page.url_path == "", has_models=page.url_path != "compare")
    page.run()
