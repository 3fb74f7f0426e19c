"""What a screen reader hears: the transcript as a log that is quiet while it grows.

Streamlit has no words for roles and live regions, so a few lines of script set them. The script is
given one of our own words, never a model's text.
"""

from typing import Literal

import streamlit.components.v2 as components

TRANSCRIPT = "transcript"
"""Key of the container that holds the conversation."""

Announcement = Literal[
    "", "Answering", "Answer complete", "Stopped", "Answer failed", "Answer interrupted"
]

_CSS = """
p { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap; }
"""

_JS = """
export default function ({ data, parentElement }) {
  const log = document.querySelector(".st-key-" + data.transcript)
  if (log) {
    log.setAttribute("role", "log")
    log.setAttribute("aria-label", "Conversation")
    log.setAttribute("aria-live", "off")
    log.setAttribute("aria-busy", String(data.busy))
    log.setAttribute("tabindex", "-1")
  }
  const status = parentElement.querySelector("[role=status]")
  if (status.textContent !== data.say) status.textContent = data.say
}
"""

_announce = components.component(
    "tickertape.announcer",
    html='<p role="status" aria-live="polite"></p>',
    css=_CSS,
    js=_JS,
)


def draw_announcer(say: Announcement, *, is_busy: bool) -> None:
    """Tells the screen reader where the answer stands; drawn after the transcript."""
    _announce(
        key="announcer",
        data={"say": say, "busy": is_busy, "transcript": TRANSCRIPT},
        height="content",
    )
