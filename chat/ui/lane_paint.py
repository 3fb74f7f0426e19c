"""The script that reports how a race's lanes are painted; `lane_paint.js` does it.

What becomes of its reports is in `chat.painted`; the chat's one answer has `page_script`.
"""

from pathlib import Path

import streamlit.components.v2 as components

from chat.api.paints import PAINT_PATH
from chat.api.scripts import loader
from chat.opened_comparison import OpenedComparison
from chat.ui import session
from chat.ui.component_data import as_it_is
from chat.ui.wiring import services

HEAD = "lane_head_"
TEXT = "lane_text_"
"""Keys of a lane's head and text, followed by the id of the message that it answers."""

_script = components.component(
    "tickertape.lane_paint",
    html="<i></i>",
    js=loader(Path(__file__).with_suffix(".js")),
)


def report_lanes(tab: session.Tab, opened: OpenedComparison | None) -> None:
    """Has the page report the lanes that are answering now; of none where that is not kept."""
    cells = opened.newest[1] if opened is not None and services().measuring.book.is_kept else ()
    running = [(cell.live.id, cell.entry.message_id) for cell in cells if cell.live is not None]
    lanes = [
        [PAINT_PATH.format(reply_id=reply_id, view=tab.view), message_id]
        for reply_id, message_id in running
    ]
    _script(key="lane_paint", data=as_it_is({"lanes": lanes}), height=1)
