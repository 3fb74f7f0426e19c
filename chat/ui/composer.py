"""The bottom of the page: what waits, where a message is written, where an answer is stopped."""

from collections.abc import Sequence

import streamlit as st

from chat.conversations import QueuedMessage
from chat.errors import StoreError
from chat.images import EXTENSIONS
from chat.live import LiveReply
from chat.ui import session
from chat.ui.intentions import send_composed, send_queued, stop, unqueue
from chat.ui.queue_box import draw_queue
from chat.ui.rooms import room_of
from chat.ui.stage import stage
from chat.ui.wiring import services


def read_queue(tab: session.Tab) -> list[QueuedMessage]:
    """The messages that wait; read before the conversation, so that none is between the two."""
    place = tab.conversation_id
    try:
        return room_of(tab).queue.waiting(tab.owner, place) if place is not None else []
    except StoreError:
        return []  # the page says already that the database is away


def draw_composer(
    tab: session.Tab,
    running: str | None,
    live: LiveReply | None,
    waiting: Sequence[QueuedMessage],
) -> None:
    """Draws the message box, and beside it Stop while an answer is written.

    Both act before the page is drawn anew, as callbacks.

    Args:
        tab: The tab.
        running: The running answer's id, or None.
        live: Its log, where it runs in this process.
        waiting: The messages that wait for its end.
    """
    with st.bottom:
        with stage(tab, "queue", " ".join(message.id for message in waiting)):
            draw_queue(
                waiting,
                is_running=running is not None,
                sends_by_itself=room_of(tab).queue.sends_by_itself,
                on_remove=unqueue,
                on_send=send_queued,
            )
        with st.container(
            key="composer_row", horizontal=True, wrap=False, vertical_alignment="bottom"
        ):
            st.chat_input(
                "Ask anything",
                key=session.COMPOSER,
                # Also for a model that takes no images: what was typed and attached would be lost
                # with every change of the model. It is said when it is sent.
                accept_file="multiple",
                file_type=EXTENSIONS,
                max_upload_size=services().settings.max_image_mb,
                on_submit=send_composed,
            )
            if running is not None:
                st.button(
                    "Stop",
                    # Each answer has a Stop of its own: a click that comes late, when the next
                    # answer runs already, must not stop that one.
                    key=f"stop_{running}",
                    icon=":material/stop_circle:",
                    help="Escape does it too.",
                    on_click=stop,
                    args=(running, live),
                )
