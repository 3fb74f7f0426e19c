"""The few lines of script beside the chat: roles and announcements, and following the text.

`page_script.js` does it; here is what it is told.
"""

from pathlib import Path
from typing import Literal

import streamlit
import streamlit.components.v2 as components

from chat.api.paints import PAINT_PATH
from chat.api.replies import STOP_PATH
from chat.api.scripts import loader, script_address
from chat.ui.component_data import as_it_is
from chat.ui.copy_button import SCRIPT as COPY_SCRIPT
from chat.ui.live_state import Phase
from chat.ui.reply_header import LIVE_STATE

TRANSCRIPT = "transcript"
"""Key of the container that holds the conversation."""

Announcement = Literal[
    "",
    "Answering",
    "Answer complete",
    "Stopped",
    "Answer failed",
    "Answer interrupted",
    "The lanes are answering",
    "All lanes have ended",
    "The batch is running",
    "The batch is done",
    "The batch is paused",
]

_PHASES: dict[Phase, str] = {
    "retrying": "Waiting to try again",
    "switched": "Asking another model",
    "reconnecting": "Reconnecting",
    "reconnected": "Reconnected",
}
"""What a screen reader is told while an answer is written; of mere streaming nothing."""

_HIDDEN = """
p { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap; }
"""

_MODULES = Path(streamlit.__file__).parent / "static" / "static" / "js"


def _modules(*names: str) -> list[str]:
    return [path.name for name in names for path in sorted(_MODULES.glob(f"{name}.*.js"))]


_AHEAD = [
    f"static/js/{name}"
    for name in _modules("MenuButton", "Selectbox", "StreamlitSyntaxHighlighter", "rehype-katex")
] + [script_address(COPY_SCRIPT)]
"""Scripts that a first answer needs and that the page would load only then."""
_CHARTS = _modules(
    *("ArrowVegaLiteChart", "loadVegaEmbed", "DataFrame", "Metric", "Html"),
    *("Multiselect", "Radio", "DownloadButton"),
)
"""What the metrics page needs: most of the time of its first view was their loading."""
_CHARTS += [f"../css/{path.name}" for path in sorted(_MODULES.glob("../css/DataFrame.*.css"))]
_LATER = {"parts": _CHARTS, "script": script_address(Path(__file__).with_name("chart_warm.js"))}

_script = components.component(
    "tickertape.page_script",
    html='<p role="status" aria-live="polite"></p>',
    css=_HIDDEN,
    js=loader(Path(__file__).with_suffix(".js")),
)


def run_page_script(
    say: Announcement,
    turn: str | None,
    running: str | None,
    view: str,
    focus: tuple[str, int] | None = None,
    *,
    has_transcript: bool = True,
) -> None:
    """Tells the script where the conversation stands.

    Args:
        say: What a screen reader is told; said once, when it changes.
        turn: The newest turn's id; a new one brings the end of the page into view.
        running: The running answer's id, whose Stop the script sends on at once, and whose
            painting it reports; or None.
        view: The tab's own id, which those reports carry.
        focus: The widget key of a field to focus, and the number of this wish; None for none.
        has_transcript: Whether the page is a conversation, whose growing text is followed.
    """
    _script(
        key="page_script",
        data=as_it_is(
            {
                "say": say,
                "busy": running is not None,
                "turn": turn,
                "ahead": _AHEAD,
                "later": _LATER if has_transcript and running is None else None,
                "transcript": TRANSCRIPT if has_transcript else None,
                "phases": {"prefix": LIVE_STATE, "words": _PHASES} if running is not None else None,
                "focus": {"field": focus[0], "wish": focus[1]} if focus is not None else None,
                "paint": PAINT_PATH.format(reply_id=running, view=view)
                if running is not None
                else None,
                "stop": STOP_PATH.format(reply_id=running) if running is not None else None,
            }
        ),
        height="content",
    )
