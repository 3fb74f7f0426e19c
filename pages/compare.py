"""Compare: the same prompt to several models at once, with a stopwatch and a fair vote."""

import streamlit as st

from chat.errors import StoreError
from chat.ui import session
from chat.ui.batch_setup import draw_batch_setup
from chat.ui.batch_view import draw_batch, open_batch
from chat.ui.lane_paint import report_lanes
from chat.ui.lane_setup import choose_first, draw_setup
from chat.ui.notices import draw_notices
from chat.ui.page_width import measure_page
from chat.ui.plain import plain
from chat.ui.race_board import draw_board
from chat.ui.race_composer import draw_race_composer
from chat.ui.race_hosts import draw_hosts
from chat.ui.race_intentions import note_fit
from chat.ui.race_said import announce
from chat.ui.race_tab import PAGE_WIDTH, read_address, write_address
from chat.ui.race_view import draw_race, draw_race_menu, is_narrow, open_race
from chat.ui.stage import stage

tab = session.tab()
choose_first(tab, read_address(tab.race))
fault, opened, batch = "", None, None
try:
    opened, batch = open_race(tab), open_batch(tab)
except StoreError as error:
    fault = str(error)
write_address(tab.race)

with st.container(horizontal=True, vertical_alignment="center", key="race_title"):
    st.title("Compare", width="stretch")
    draw_race_menu(tab, opened)
store_notice = draw_notices(tab, on_undo=lambda: None)
announce(tab, opened, batch)
report_lanes(tab, opened)
measure_page(PAGE_WIDTH, tab.race.fit, note_fit)
if tab.race.batch_id is None:
    draw_race_composer(opened)
with stage(tab, "race", tab.race.race_id or tab.race.batch_id or "setup"):
    if opened is not None:
        draw_race(tab, opened, store_notice)
    elif batch is not None:
        draw_batch(tab, batch, is_narrow=is_narrow(tab))
    elif fault:
        st.warning(f"{plain(fault)} Reload the page in a moment.", icon=":material/database_off:")
    elif tab.race.race_id is not None or tab.race.batch_id is not None:
        st.info("This comparison does not exist, or it is not yours.", icon=":material/search_off:")
    else:
        st.caption("Choose 2 to 6 lanes, then send one prompt to all of them at once.")
        draw_setup(tab)
        draw_batch_setup(tab)
        draw_hosts(tab, is_narrow=is_narrow(tab))
        draw_board(tab, is_narrow=is_narrow(tab))
