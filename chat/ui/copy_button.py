"""A button that copies a text: an answer as the Markdown it is, or the facts of a failure.

The text is handed to the script as data and goes to the clipboard only, never into the page.
"""

import streamlit.components.v2 as components

_HTML = '<button type="button"></button>'
_CSS = """
button { all: unset; box-sizing: border-box; cursor: pointer; min-height: 2.5rem; padding: 0 0.5rem;
         font: 0.875rem/1.6 var(--st-font); color: var(--st-text-color);
         border-radius: var(--st-button-radius, 0.6rem); }
button:hover { color: var(--st-link-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
"""
_JS = """
const SHOWN_MS = 1500

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button")
  button.textContent = data.label
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text)
      button.textContent = "Copied"
    } catch {
      button.textContent = "Not allowed"
    }
    setTimeout(() => { button.textContent = data.label }, SHOWN_MS)
  }
}
"""

_copy = components.component("tickertape.copy", html=_HTML, css=_CSS, js=_JS)


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
