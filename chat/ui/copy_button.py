"""A button that copies a text: an answer as the Markdown it is, or the facts of a failure.

`copy_button.js` does it, with the text as data that never gets into the page.
"""

from pathlib import Path

import streamlit.components.v2 as components

from chat.api.scripts import loader

SCRIPT = Path(__file__).with_suffix(".js")
_CSS = "button{all:unset;box-sizing:border-box;min-height:2.5rem;padding:0 .5rem}"
"""Only what keeps its place, until the script has come."""

_copy = components.component(
    "tickertape.copy", html='<button type="button"></button>', css=_CSS, js=loader(SCRIPT)
)


def draw_copy_button(name: str, text: str, label: str = "Copy") -> None:
    """Draws the button; nothing where there is nothing to copy.

    Args:
        name: Of this button among all on the page, such as the reply's id.
        text: What is copied.
        label: What stands on the button.
    """
    if text:
        # A component's key must not hold two underscores in a row; an id may.
        _copy(
            key=f"copy-{name.encode().hex()}",
            data={"text": text, "label": label},
            width="content",
            height="content",
        )
