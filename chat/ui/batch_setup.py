"""Where a batch begins: its prompts, how many answers at once, and earlier batches."""

import streamlit as st

from chat.batch import AT_ONCE as AT_FIRST
from chat.batch import MAX_PROMPTS, MOST_AT_ONCE
from chat.batch_files import MAX_BYTES
from chat.errors import StoreError
from chat.ui import session
from chat.ui.batch_intentions import begin_batch, show_batch
from chat.ui.plain import plain
from chat.ui.race_tab import AT_ONCE, BATCH_FILE, BATCH_TEXT, WANTS_BATCH
from chat.ui.wiring import services

EARLIER = 10


def draw_batch_setup(tab: session.Tab) -> None:
    """Draws the choice of prompts for the chosen lanes, once it is wanted."""
    if not st.toggle("Batch: many prompts", key=WANTS_BATCH, persist_state="session"):
        return
    with st.container(border=True, key="batch_setup"):
        st.text_area(
            f"Prompts, one on each line (up to {MAX_PROMPTS})",
            key=BATCH_TEXT,
            height=140,
            persist_state="session",
        )
        st.file_uploader(
            "Or a file: text with a prompt on each line, or CSV with a column “prompt”",
            type=["txt", "csv"],
            key=BATCH_FILE,
            max_upload_size=MAX_BYTES // 1_000_000,
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input("Answers at once", 1, MOST_AT_ONCE, AT_FIRST, key=AT_ONCE, width=160)
            st.button(
                "Start batch",
                key="begin_batch",
                type="primary",
                icon=":material/playlist_play:",
                on_click=begin_batch,
            )
        _draw_earlier(tab)


def _draw_earlier(tab: session.Tab) -> None:
    try:
        lines = services().batching.store.list_newest(tab.owner, EARLIER)
    except StoreError:
        return  # the page says already that the database is away
    if not lines:
        return
    with st.popover("Earlier batches", icon=":material/history:", type="tertiary"):
        for line in lines:
            st.button(
                plain(line.title),
                key=f"batch_{line.id}",
                type="tertiary",
                on_click=show_batch,
                args=(line.id,),
            )
