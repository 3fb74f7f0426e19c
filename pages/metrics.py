"""The stopwatch's book: how fast each answer of this visitor really was."""

from datetime import UTC, datetime

import streamlit as st

from chat.errors import StoreError
from chat.ui import session
from chat.ui.flight import draw_named
from chat.ui.metrics_charts import draw_charts
from chat.ui.metrics_empty import draw_empty
from chat.ui.metrics_export import Export, draw_export
from chat.ui.metrics_filters import draw_filters, draw_order, draw_period
from chat.ui.metrics_live import draw_live
from chat.ui.metrics_table import SHOWN, draw_table
from chat.ui.metrics_tiles import draw_tiles
from chat.ui.metrics_words import view_says
from chat.ui.notices import draw_notices
from chat.ui.operator_box import draw_operator_box
from chat.ui.plain import plain
from chat.ui.wiring import services

tab, figures, now = session.tab(), services().kept.store.figures, datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="center", key="metrics_title"):
    st.title("Metrics", width="stretch")
    owner = draw_operator_box(tab)
draw_notices(tab, on_undo=lambda: None)
if draw_named():
    st.stop()
draw_live(owner)
since = draw_period(now)
try:
    reading = figures.read(owner, since, now)
    view = draw_filters(reading.known)
    summary = reading.summarise(view)
    has_any = bool(reading.known.models) or bool(figures.read(owner, None, now).known.models)
except StoreError as error:
    st.warning(f"{plain(str(error))} Reload the page in a moment.", icon=":material/database_off:")
    st.stop()
if not has_any:
    draw_empty()
    st.stop()
draw_tiles(summary)
if not summary.totals.answers:
    st.info("No answers in this time that match.", icon=":material/filter_alt_off:")
    st.stop()
draw_charts(summary)
st.subheader("Answers")
order, is_ascending = draw_order()
replies = figures.load(owner, reading.first(view, SHOWN, order, ascending=is_ascending))
del reading
st.caption("A missing figure was not known. Tokens marked as estimated were not counted upstream.")
draw_table(replies)
draw_export(Export(figures, owner, since, now, view), summary, view_says(view, since, now))
