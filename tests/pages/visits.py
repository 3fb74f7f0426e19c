"""A visitor without a browser: opens pages, says things, reads what is on screen."""

import json
import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from chat.messages import Secret
from chat.ui import session
from chat.ui.key_ring import KeyRing

PATIENCE_S = 30
"""Longest run of a page, on a busy machine."""
ENTRY = Path(__file__).parents[2] / "pages" / "navigation.py"
VISITOR = "visitor-000000000000-1"
STRANGER = "visitor-000000000000-2"
QUICK = "sim/rate-1000-len-40-ttft-0"
OPENROUTER_MODEL = "openai/gpt-4o-mini"


def visit(
    model: str | None = None,
    *,
    key: str = "",
    conversation: str | None = None,
    visitor: str = VISITOR,
) -> AppTest:
    """Opens the chat page.

    Args:
        model: What is chosen in the picker; None leaves the choice to the app.
        key: The visitor's key.
        conversation: The id in the URL.
        visitor: Who it is; the page has no cookie to tell, for AppTest sends none.
    """
    app = AppTest.from_file(ENTRY, default_timeout=PATIENCE_S)
    ring = KeyRing(Secret(key) if key else None)
    app.session_state["tab"] = session.Tab(visitor, ring, conversation_id=conversation)
    if model is not None:
        app.session_state[session.MODEL] = model
    if conversation is not None:
        app.query_params["c"] = conversation
    return app.run()


def chosen(app: AppTest) -> str:
    """The id of the model that is chosen."""
    return str(app.session_state[session.MODEL])


def offers(app: AppTest) -> dict[str, list[str]]:
    """What the model box lists: name, section, facts and star by id, in order."""
    [list_data] = json.loads(told(app, "tickertape.model_list"))
    listed = list_data["entries"]
    fits = json.loads(told(app, "tickertape.model_box"))["fits"]
    assert len(fits) == len(listed)
    return {entry[0]: entry[1:] for entry, fit in zip(listed, fits, strict=True) if fit == "1"}


def told(app: AppTest, component: str) -> str:
    """What a component of the sidebar is told, as JSON."""
    parts = {part.proto.component_name: part.proto for part in app.sidebar.get("bidi_component")}
    return str(parts[component].json)


def say(app: AppTest, text: str) -> AppTest:
    """Sends a message and waits for the end of the answer."""
    return app.chat_input[0].set_value(text).run()


def said(app: AppTest) -> list[str]:
    """What the visitor said, as the transcript has it."""
    return [text.value for text in app.text]


def answer(app: AppTest) -> str:
    """The newest answer's text, its blocks joined by empty lines."""
    _, *blocks = app.chat_message[-1].markdown
    return "\n\n".join(block.value for block in blocks)


def header(app: AppTest) -> str:
    """The line above the newest answer."""
    return as_read(app.chat_message[-1].markdown[0].value)


def captions(app: AppTest) -> list[str]:
    """The quiet lines in the middle of the page."""
    return [as_read(caption.value) for caption in app.main.caption]


def boxes(app: AppTest) -> list[str]:
    """The sentences in coloured boxes, from top to bottom of each colour."""
    return [as_read(box.value) for box in (*app.error, *app.warning, *app.info)]


def labels(app: AppTest) -> list[str]:
    """The buttons below the reply, from left to right; those with a menu or a shortcut apart."""
    return [as_read(button.label) for button in app.chat_message[-1].button]


def primary(app: AppTest) -> str:
    """The one main button's label."""
    (main,) = [b for b in app.chat_message[-1].button if b.proto.type == "primary"]
    return as_read(main.label)


def conversations(app: AppTest) -> list[str]:
    """The titles in the sidebar."""
    return [as_read(button.label) for button in app.sidebar.button if _opens(button.key)]


def address(app: AppTest) -> str:
    """The conversation in the URL."""
    return str(app.query_params["c"])


def metrics(app: AppTest) -> AppTest:
    """Goes to the metrics page."""
    return app.switch_page("metrics.py").run()


def as_read(markdown: str) -> str:
    """The text as the browser shows it: escapes and bold are gone."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown.removeprefix("**").removesuffix("**"))


def _opens(key: str | None) -> bool:
    return key is not None and key.startswith("open_")
