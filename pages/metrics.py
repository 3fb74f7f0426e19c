"""The stopwatch's book: how fast each answer of this visitor really was."""

import streamlit as st

from chat.ui import session
from chat.ui.flight import draw_named
from chat.ui.metrics_live import draw_live
from chat.ui.metrics_view import draw_view
from chat.ui.notices import draw_notices
from chat.ui.operator_box import draw_operator_box

tab = session.tab()

with st.container(horizontal=True, vertical_alignment="center", key="metrics_title"):
    st.title("Metrics", width="stretch")
    owner = draw_operator_box(tab)
draw_notices(tab, on_undo=lambda: None)
if not draw_named():
    draw_live(owner)
    draw_view(owner)
