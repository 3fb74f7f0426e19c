"""The chat: what was said, what is being written, the box."""

import streamlit as st

from chat.ui import session
from chat.ui.composer import draw_composer
from chat.ui.conversation_view import (
    announcement,
    draw_conversation,
    draw_missing,
    draw_notices,
    open_conversation,
)
from chat.ui.first_run import draw_first_run
from chat.ui.intentions import send, stop_of
from chat.ui.page_script import TRANSCRIPT, run_page_script
from chat.ui.stage import stage

tab = session.tab()
session.write_address(tab)
view = open_conversation(tab)

st.title("Chat")
draw_notices(tab)
transcript = st.container(key=TRANSCRIPT)
run_page_script(announcement(tab, view), turn=view.turn, is_busy=view.live is not None)
draw_composer(on_send=send, on_stop=stop_of(view.live))
with transcript, stage(tab, "conversation", tab.conversation_id or "new"):
    if view.opened is not None:
        draw_conversation(tab, view.opened)
    elif view.state == "new":
        draw_first_run(on_choose=send)
    else:
        draw_missing(view)
