"""The messages that wait for the running answer to end, above the composer."""

from collections.abc import Callable, Sequence

import streamlit as st

from chat.conversations import QueuedMessage
from chat.ui.plain import plain
from chat.ui.polling import look_again_every

SHOWN_CHARS = 80
NEXT_S = 0.3


def draw_queue(
    messages: Sequence[QueuedMessage],
    *,
    is_running: bool,
    sends_by_itself: Callable[[QueuedMessage], bool],
    on_remove: Callable[[QueuedMessage], None],
    on_send: Callable[[QueuedMessage], None],
) -> None:
    """Draws the waiting messages, oldest first, each with what can be done with it.

    Args:
        messages: The waiting ones.
        is_running: Whether they wait for an answer, or for the visitor.
        sends_by_itself: Whether one is sent without the visitor once the answer has ended.
        on_remove: Called with the one to take out.
        on_send: Called with the one to send now.
    """
    for message in messages:
        text = " ".join(message.text.split())
        short = text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
        with st.container(horizontal=True, vertical_alignment="center", key=f"q_{message.id}"):
            st.caption(f":gray-badge[:material/schedule: Queued] {plain(short)}", width="stretch")
            if not is_running:
                st.button(
                    "Send now",
                    key=f"send_{message.id}",
                    type="tertiary",
                    on_click=on_send,
                    args=(message,),
                )
            st.button(
                "Remove",
                key=f"remove_{message.id}",
                type="tertiary",
                on_click=on_remove,
                args=(message,),
            )
    if not is_running and any(sends_by_itself(message) for message in messages):
        look_again_every(NEXT_S)
