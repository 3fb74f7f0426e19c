"""The box at the bottom: where a message is written, and where an answer is stopped."""

from collections.abc import Callable

import streamlit as st

from chat.ui import session


def draw_composer(on_send: Callable[[str], None], on_stop: Callable[[], None] | None) -> None:
    """Draws the message box, and beside it Stop while an answer is written.

    Both act before the page is drawn anew, as callbacks.

    Args:
        on_send: Called with the message.
        on_stop: Called when the visitor wants the answer to stop; None when none is running.
    """
    with (
        st.bottom,
        st.container(
            key="composer_row",
            horizontal=True,
            wrap=False,
            vertical_alignment="bottom",
            gap="small",
        ),
    ):
        st.chat_input(
            "Ask anything",
            key=session.COMPOSER,
            on_submit=lambda: on_send(session.composed_text()),
        )
        if on_stop is not None:
            st.button(
                "Stop",
                key="stop",
                icon=":material/stop_circle:",
                shortcut="Escape",
                on_click=on_stop,
            )
