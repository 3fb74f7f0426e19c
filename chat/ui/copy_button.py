"""A button that copies an answer as the Markdown it is.

The text is handed to the script as data and goes to the clipboard only, never into the page.
"""

import streamlit.components.v2 as components

_HTML = '<button type="button">Copy</button>'
_CSS = """
button { all: unset; box-sizing: border-box; cursor: pointer; min-height: 2.5rem; padding: 0 0.5rem;
         font: 0.875rem/1.6 var(--st-font); color: var(--st-text-color);
         border-radius: var(--st-button-radius, 0.6rem); }
button:hover { color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
"""
_JS = """
const SHOWN_MS = 1500

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button")
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text)
      button.textContent = "Copied"
    } catch {
      button.textContent = "Not allowed"
    }
    setTimeout(() => { button.textContent = "Copy" }, SHOWN_MS)
  }
}
"""

_copy = components.component("tickertape.copy", html=_HTML, css=_CSS, js=_JS)


def draw_copy_button(reply_id: str, text: str) -> None:
    """Draws the button; nothing where there is nothing to copy."""
    if text:
        # A component's key must not hold two underscores in a row; an id may.
        _copy(
            key=f"copy-{reply_id.encode().hex()}",
            data={"text": text},
            width="content",
            height="content",
        )
