"""The box that models are chosen in: type-to-search, two lines for each, favourites by key.

`model_box.js` does it; here is what it is told, and what it tells. The models themselves are told
to `model_list.js`: Streamlit sends what has not changed but once; a choice changes the box alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
import streamlit.components.v2 as components

from chat.api.scripts import loader
from chat.catalogue_json import MAX_ID_CHARS
from chat.ui.component_data import as_it_is

_HTML = """
<div data-box>
  <label for="model">Model</label>
  <div class="field">
    <div class="shown" aria-hidden="true"></div>
    <input id="model" role="combobox" aria-expanded="false" aria-controls="models"
           aria-autocomplete="list" autocomplete="off" spellcheck="false">
  </div>
  <div class="panel" popover="manual">
    <div id="models" role="listbox" aria-label="Models"></div>
    <p role="status" aria-live="polite"></p>
    <p class="hint">Enter chooses, Shift+Enter marks a favourite.</p>
  </div>
</div>
"""
_HERE = Path(__file__)

_box = components.component(
    "tickertape.model_box",
    html=_HTML,
    css=_HERE.with_suffix(".css").read_text("utf-8"),
    js=loader(_HERE.with_suffix(".js")),
)
_list = components.component(
    "tickertape.model_list",
    html="<i hidden></i>",
    js=_HERE.with_name("model_list.js").read_text("utf-8"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One model in the box.

    Attributes:
        section: The heading it stands under.
        facts: The second line.
        group: Who runs it, which it is found by too, whatever section it stands in.
    """

    id: str
    name: str
    section: str
    facts: str
    is_favourite: bool
    group: str


def draw_model_box(
    entries: Sequence[Entry],
    chosen: str,
    name: str,
    *,
    key: str,
    on_pick: Callable[[], None],
    on_star: Callable[[], None],
    fits: Sequence[bool] | None = None,
) -> None:
    """Draws the box; what was picked last, or starred just now, is in the state under `key`.

    Args:
        entries: In the order in which they stand; those of a section one after the other.
        chosen: The id of the model that is chosen now; it need not be among them.
        name: What that is called.
        key: Of the component.
        on_pick: Called when another model was picked, or an id was typed.
        on_star: Called when a model was made a favourite, or none any more.
        fits: Which of the entries are shown; None for all.
    """
    with st.container(gap=None):
        _list(
            key=f"{key}-list",
            data=as_it_is(
                {
                    "name": key,
                    "entries": [
                        [e.id, e.name, e.section, e.facts, e.is_favourite, e.group] for e in entries
                    ],
                }
            ),
            height="content",
        )
        _box(
            key=key,
            data={
                "list": key,
                "fits": "".join("01"[does_fit] for does_fit in fits) if fits is not None else None,
                "chosen": chosen,
                "name": name,
                "longest": MAX_ID_CHARS,
            },
            on_picked_change=on_pick,
            on_starred_change=on_star,
            height="content",
        )
