"""The metrics page below its title: filters, tiles, charts, the table, downloads, in screen order.

A fragment: a change of a filter redraws these and not the sidebar. What is in view at first, the
tiles and the first chart, is drawn first.
"""

from datetime import UTC, datetime

import streamlit as st

from chat.errors import StoreError
from chat.figures import EVERYBODY
from chat.ui.metrics_charts import draw_charts
from chat.ui.metrics_empty import draw_empty
from chat.ui.metrics_export import Export, draw_export
from chat.ui.metrics_filters import draw_filters, draw_order, draw_period
from chat.ui.metrics_table import SHOWN, draw_table
from chat.ui.metrics_tiles import draw_tiles
from chat.ui.metrics_words import view_says
from chat.ui.plain import plain
from chat.ui.wiring import services


@st.fragment
def draw_view(owner: str) -> None:
    """Draws the figures of an owner's replies, or of everybody's."""
    figures, now = services().kept.store.figures, datetime.now(UTC)
    since = draw_period(now)
    try:
        reading = figures.read(owner, since, now)
        known = reading.known
        view = draw_filters(known)
        summary = reading.summarise(view)
        has_any = bool(known.models) or bool(figures.read(owner, None, now).known.models)
    except StoreError as error:
        _say_unreadable(error)
        return
    if not has_any:
        draw_empty()
        return
    draw_tiles(summary)
    if not summary.totals.answers:
        st.info("No answers in this time that match.", icon=":material/filter_alt_off:")
        return
    draw_charts(summary, known.models)
    st.subheader("Answers")
    order, is_ascending = draw_order()
    numbers = reading.first(view, SHOWN, order, ascending=is_ascending)
    del reading
    try:
        replies = figures.load(owner, numbers)
    except StoreError as error:
        _say_unreadable(error)
        return
    st.caption(
        "A missing figure was not known. Tokens marked as estimated were not counted upstream."
    )
    draw_table(replies, is_own=owner != EVERYBODY)
    draw_export(Export(figures, owner, since, now, view), summary, view_says(view, since, now))


def _say_unreadable(error: StoreError) -> None:
    said = f"{plain(str(error))} Reload the page in a moment."
    st.warning(said, icon=":material/database_off:")
