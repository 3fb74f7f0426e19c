"""The bottom of the page: what waits, where a message is written, where an answer is stopped."""

from collections.abc import Callable

import streamlit as st

from chat.errors import StoreError
from chat.ui import session
from chat.ui.intentions import send, send_queued, unqueue
from chat.ui.queue_box import draw_queue
from chat.ui.rooms import room_of
from chat.ui.stage import stage


def draw_composer(tab: session.Tab, on_stop: Callable[[], None] | None) -> None:
    """Draws the message box, and beside it Stop while an answer is written.

    Both act before the page is drawn anew, as callbacks.

    Args:
        tab: The tab.
        on_stop: Called when the visitor wants the answer to stop; None when none is running.
    """
    with st.bottom:
        _draw_queue(tab, is_running=on_stop is not None)
        with st.container(
            key="composer_row", horizontal=True, wrap=False, vertical_alignment="bottom"
        ):
            st.chat_input(
                "Ask anything" if on_stop is None else "Ask more; it waits for the answer",
                key=session.COMPOSER,
                on_submit=lambda: send(session.composed_text()),
            )
            if on_stop is not None:
                st.button(
                    "Stop",
                    key="stop",
                    icon=":material/stop_circle:",
                    shortcut="Escape",
                    on_click=on_stop,
                )


def _draw_queue(tab: session.Tab, *, is_running: bool) -> None:
    queue = room_of(tab).queue
    try:
        place = tab.conversation_id
        messages = queue.waiting(tab.owner, place) if place is not None else []
    except StoreError:
        messages = []  # the page says already that the database is away
    with stage(tab, "queue", " ".join(message.id for message in messages)):
        draw_queue(
            messages,
            is_running=is_running,
            sends_by_itself=queue.sends_by_itself,
            on_remove=unqueue,
            on_send=send_queued,
        )
