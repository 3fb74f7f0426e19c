"""The chat: what was said, what is being written, the box."""

import streamlit as st

from chat.ui import address, session
from chat.ui.composer import draw_composer, read_queue
from chat.ui.conversation_menu import draw_title_row
from chat.ui.conversation_view import announcement, draw_conversation, open_conversation
from chat.ui.first_run import draw_first_run, draw_missing
from chat.ui.intentions import send, undo
from chat.ui.notices import draw_notices
from chat.ui.page_script import TRANSCRIPT, run_page_script
from chat.ui.stage import stage

tab = session.tab()
address.write_address(tab)
waiting = read_queue(tab)
view = open_conversation(tab)

draw_title_row(tab, view.opened)
store_notice = draw_notices(tab, on_undo=undo)
transcript = st.container(key=TRANSCRIPT)
run_page_script(announcement(tab, view), view.turn, view.running, tab.view, session.take_focus(tab))
draw_composer(tab, view.running, view.live, waiting)
with transcript, stage(tab, "conversation", f"{tab.conversation_id}:{tab.branch}"):
    if view.opened is not None and view.opened.turns:
        draw_conversation(tab, view.opened, store_notice)
    elif view.state in {"new", "found"}:
        draw_first_run(tab, on_choose=send)
    else:
        draw_missing(view.state)
