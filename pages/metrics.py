"""The stopwatch's book: how fast each answer of this visitor really was."""

import streamlit as st

from chat.errors import StoreError
from chat.ui import session
from chat.ui.charts import (
    draw_by_model,
    draw_download,
    draw_over_time,
    draw_table,
    draw_tiles,
    table_of,
)
from chat.ui.wiring import services

NEWEST = 1000
TTFT = "Time to first token (s)"
THROUGHPUT = "Throughput (tok/s)"

st.title("Metrics")
try:
    replies = services().kept.store.list_replies(session.tab().owner, NEWEST)
except StoreError as error:
    st.warning(f"{error} Reload the page in a moment.", icon=":material/database_off:")
    st.stop()
if not replies:
    st.info("No answers yet. Ask something, and its figures appear here.", icon=":material/timer:")
    st.page_link("conversation.py", label="Go to the chat", icon=":material/forum:")
    st.stop()

table = table_of(replies)
draw_tiles(table)
st.subheader("Time to first token")
draw_over_time(table, "ttft_s", TTFT)
draw_by_model(table, "ttft_s", TTFT)
st.subheader("Throughput")
draw_over_time(table, "tok_s", THROUGHPUT)
draw_by_model(table, "tok_s", THROUGHPUT)
st.subheader("Answers")
st.caption("A missing figure was not known. Tokens marked as estimated were not counted upstream.")
draw_table(table)
draw_download(table)
