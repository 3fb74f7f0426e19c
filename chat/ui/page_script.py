"""The few lines of script beside the chat: roles and announcements, and following the text.

`page_script.js` does it; here is what it is told.
"""

from pathlib import Path
from typing import Literal

import streamlit.components.v2 as components

TRANSCRIPT = "transcript"
"""Key of the container that holds the conversation."""

Announcement = Literal[
    "", "Answering", "Answer complete", "Stopped", "Answer failed", "Answer interrupted"
]

_HIDDEN = """
p { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap; }
"""

_script = components.component(
    "tickertape.page_script",
    html='<p role="status" aria-live="polite"></p>',
    css=_HIDDEN,
    js=Path(__file__).with_suffix(".js").read_text("utf-8"),
)


def run_page_script(say: Announcement, *, turn: str | None, is_busy: bool) -> None:
    """Tells the script where the conversation stands.

    Args:
        say: What a screen reader is told; said once, when it changes.
        turn: The newest turn's id; a new one brings the end of the page into view.
        is_busy: Whether an answer is being written.
    """
    _script(
        key="page_script",
        data={"say": say, "busy": is_busy, "turn": turn, "transcript": TRANSCRIPT},
        height="content",
    )
