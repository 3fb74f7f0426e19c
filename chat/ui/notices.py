"""What a visitor has to know before reading on: a notice, an undo, a database that is away."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.ui.plain import plain
from chat.ui.session import Tab, take_notice
from chat.ui.wiring import services
from chat.ui.wording import NOT_SAVED, STORE_AWAY


class StoreNotice:
    """The place where it is said that conversations are not being saved, and why.

    Args:
        place: Where; it keeps its place when there is nothing to say.
    """

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place
        self._said: str | None = None

    def draw(self) -> None:
        """Says what is so now; writes to the page only when that has changed."""
        held = services()
        if held.store_fault is not None:
            sentence = f"{held.store_fault} {NOT_SAVED}"
        elif held.kept.recorder.fault is not None:
            sentence = f"{held.kept.recorder.fault} {STORE_AWAY}"
        else:
            sentence = ""
        if sentence == self._said:
            return
        self._said = sentence
        if sentence:
            self._place.warning(plain(sentence), icon=":material/database_off:")
        else:
            self._place.empty()


def draw_notices(tab: Tab, on_undo: Callable[[], None]) -> StoreNotice:
    """Draws them all; each has its place even when there is nothing to say."""
    notice_place, undo_place, store_place = st.empty(), st.empty(), st.empty()
    notice = take_notice(tab)
    if notice is not None:
        notice_place.warning(plain(notice), icon=":material/info:")
    if tab.undo is not None:
        with undo_place.container(horizontal=True, vertical_alignment="center"):
            st.caption(tab.undo.said, width="content")
            st.button("Undo", key="undo", type="tertiary", on_click=on_undo)
    store_notice = StoreNotice(store_place)
    store_notice.draw()
    return store_notice
