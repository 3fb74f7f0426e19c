"""What one browser tab knows: the only file that opens `st.session_state` and the URL.

Everything that must survive a reload is elsewhere: the conversation in the store, its id in the
URL, the visitor in a cookie. A key lives here and nowhere else.
"""

from dataclasses import dataclass, field

import streamlit as st

from chat.api.visitor import COOKIE_NAME, is_visitor_id, new_visitor_id

_TAB = "tab"
_CONVERSATION = "c"

# Widget keys. A widget that is set from here is named here.
COMPOSER = "composer"
MODEL = "model"
KEY_FIELD = "openrouter_key"
TEMPERATURE = "temperature"
MAX_TOKENS = "max_tokens"
SYSTEM_PROMPT = "system_prompt"


@dataclass(slots=True)
class Tab:
    """The state of one tab.

    Attributes:
        owner: The visitor, by cookie; without cookies an id that lives as long as the tab.
        conversation_id: The conversation on screen, or None for a new one.
        notice: A sentence to show once, at the next draw.
        followed: The reply this tab last saw running, so that its end is announced.
        stages: For each stage of the page what it showed last, and in which of its two places.
    """

    owner: str
    conversation_id: str | None = None
    notice: str | None = None
    followed: str | None = None
    stages: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the sidebar's widgets hold; texts as typed."""

    model: str
    key_text: str
    temperature: float
    max_tokens: int
    system_prompt: str


def tab() -> Tab:
    """This tab's state, with the conversation that the URL names."""
    if _TAB not in st.session_state:
        st.session_state[_TAB] = Tab(_owner())
    found: Tab = st.session_state[_TAB]
    named = st.query_params.get(_CONVERSATION)
    if named:
        found.conversation_id = named
    return found


def set_choice_defaults(*, model: str, max_tokens: int) -> None:
    """Gives the sidebar's widgets their first values; later calls change nothing."""
    if not st.session_state.get(MODEL):  # never chosen, or cleared
        st.session_state[MODEL] = model
    st.session_state.setdefault(TEMPERATURE, 0.7)
    st.session_state.setdefault(MAX_TOKENS, max_tokens)
    st.session_state.setdefault(SYSTEM_PROMPT, "")


def choice() -> Choice:
    """What is chosen in the sidebar now, also in a callback; after `set_choice_defaults`."""
    state = st.session_state
    return Choice(
        model=(state[MODEL] or "").strip(),
        key_text=state.get(KEY_FIELD) or "",
        temperature=float(state[TEMPERATURE]),
        max_tokens=int(state[MAX_TOKENS]),
        system_prompt=state[SYSTEM_PROMPT] or "",
    )


def show_conversation(held: Tab, conversation_id: str | None) -> None:
    """Puts a conversation, or a new one, on screen and into the URL."""
    held.conversation_id = conversation_id
    write_address(held)


def write_address(held: Tab) -> None:
    """Makes the URL name the conversation on screen."""
    if held.conversation_id is None:
        st.query_params.pop(_CONVERSATION, None)
    elif st.query_params.get(_CONVERSATION) != held.conversation_id:
        st.query_params[_CONVERSATION] = held.conversation_id


def composed_text() -> str:
    """What was sent from the composer; in its callback."""
    return st.session_state[COMPOSER] or ""


def put_back(text: str) -> None:
    """Puts a message that could not be sent back into the composer; in a callback."""
    st.session_state[COMPOSER] = text


def take_notice(held: Tab) -> str | None:
    """The sentence to show now, once."""
    notice, held.notice = held.notice, None
    return notice


def yield_to_clicks() -> None:
    """Lets Streamlit act on a click now; costs nothing and sends nothing.

    A running script notices a click only when it touches Streamlit. Reading the session state is
    such a touch (`SafeSessionState` in the Streamlit source) and, unlike a write to the page, puts
    no message on the wire.
    """
    _ = _TAB in st.session_state


def _owner() -> str:
    cookie = st.context.cookies.get(COOKIE_NAME, "")
    return cookie if is_visitor_id(cookie) else new_visitor_id()
