"""What one browser tab knows: the only file that opens `st.session_state` and the URL.

Everything that must survive a reload is elsewhere: the conversation in the store, its id in the
URL, the visitor in a cookie. A key lives here and nowhere else.
"""

from dataclasses import dataclass, field

import streamlit as st

from chat.api.connect import CLAIM
from chat.api.visitor import COOKIE_NAME, is_visitor_id, new_visitor_id
from chat.budget import Meter
from chat.ui.key_ring import KeyRing

_TAB = "tab"
_CONVERSATION = "c"

# Widget keys. A widget that is set from here is named here.
COMPOSER = "composer"
MODEL = "model"
KEY_FIELD = "openrouter_key"
REMEMBER = "remember_key"
SIGN_IN_CODE = "sign_in_code"
TEMPERATURE = "temperature"
MAX_TOKENS = "max_tokens"
SYSTEM_PROMPT = "system_prompt"
ANSWER_LIMIT = "answer_limit"
SESSION_LIMIT = "session_limit"
FALLBACKS = "fallbacks"
EDIT_BOX = "edit_box"
SEARCH = "search"

WINDOW_TURNS = 20
"""Turns that are shown at first; more at a click."""
LISTED = 30
"""Conversations that are listed at first; more at a click."""


@dataclass(frozen=True, slots=True)
class Undo:
    """A deletion that can be taken back; of the whole conversation where no message is named."""

    said: str
    conversation_id: str
    message_id: str | None = None


@dataclass(slots=True)
class Tab:
    """The state of one tab.

    Attributes:
        owner: The visitor, by account or cookie; without either an id as old as the tab.
        ring: The visitor's key.
        is_new: Whether what the browser remembers has not been looked at yet.
        is_account: Whether the owner is an account that is logged in.
        conversation_id: The conversation on screen, or None for a new one.
        named: The conversation that the URL named last.
        is_temporary: Whether the chat on screen is one that is never written down.
        editing: The message that is being edited, or None.
        window: How many of the newest turns are shown.
        branch: Grows when another branch is shown, so that nothing of the old one lingers.
        listed: How many conversations the sidebar lists.
        imports: How many files were brought in.
        notice: A sentence to show once, at the next draw.
        undo: The last deletion.
        followed: The reply this tab last saw running, so that its end is announced.
        marked: Conversations that the sidebar marks as answering.
        meter: What the answers of this tab have used.
        focus: The widget key of the field that the next draw moves the focus to, or None.
        focused: How often the focus was moved.
        elsewhere: Running answers of other conversations: their title by reply id.
        stages: For each stage of the page what it showed last, and in which of its two places.
    """

    owner: str
    ring: KeyRing = field(default_factory=KeyRing)
    is_new: bool = True
    is_account: bool = False
    conversation_id: str | None = None
    named: str | None = None
    is_temporary: bool = False
    editing: str | None = None
    window: int = WINDOW_TURNS
    branch: int = 0
    listed: int = LISTED
    imports: int = 0
    notice: str | None = None
    undo: Undo | None = None
    followed: str | None = None
    meter: Meter = field(default_factory=Meter)
    focus: str | None = None
    focused: int = 0
    marked: set[str] = field(default_factory=set)
    elsewhere: dict[str, str] = field(default_factory=dict)
    stages: dict[str, tuple[str, int]] = field(default_factory=dict)

    def enter_account(self, account: str) -> None:
        """The visitor has logged in."""
        self.owner, self.is_account = account, True

    def leave_account(self, cookie: str | None) -> None:
        """The visitor has logged out: nothing of the account stays on screen."""
        self.owner, self.is_account = cookie or new_visitor_id(), False
        self.conversation_id = self.editing = self.undo = self.followed = None
        self.elsewhere.clear()


@dataclass(frozen=True, slots=True)
class Choice:
    """What the sidebar's widgets hold; texts as typed.

    Attributes:
        answer_limit_usd: What one answer may cost, in USD; None for any amount.
        session_limit_usd: What all answers of this tab may cost together, likewise.
        fallbacks: Models to ask in turn where the chosen one cannot answer.
    """

    model: str
    temperature: float
    max_tokens: int
    system_prompt: str
    answer_limit_usd: float | None
    session_limit_usd: float | None
    fallbacks: tuple[str, ...]


def tab() -> Tab:
    """This tab's state, with the conversation that the URL names."""
    if _TAB not in st.session_state:
        st.session_state[_TAB] = Tab(cookie_owner() or new_visitor_id())
    found: Tab = st.session_state[_TAB]
    if CLAIM in st.query_params:
        found.ring.claim = st.query_params.pop(CLAIM)
    named = st.query_params.get(_CONVERSATION)
    # Only a change of the URL is a wish: a click that was made just after "New chat" still comes
    # with the address of the conversation that was left.
    if named != found.named:
        found.named = named
        if named and named != found.conversation_id:
            _turn_to(found, named)
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
        temperature=float(state[TEMPERATURE]),
        max_tokens=int(state[MAX_TOKENS]),
        system_prompt=state[SYSTEM_PROMPT] or "",
        answer_limit_usd=state.get(ANSWER_LIMIT) or None,
        session_limit_usd=state.get(SESSION_LIMIT) or None,
        fallbacks=tuple(state.get(FALLBACKS) or ()),
    )


def choose_model(model: str) -> None:
    """Puts a model into the picker; in a callback."""
    st.session_state[MODEL] = model


def choose_max_tokens(max_tokens: int) -> None:
    """Sets the limit of an answer, in tokens; in a callback."""
    st.session_state[MAX_TOKENS] = max_tokens


def point_at(held: Tab, field: str) -> None:
    """Moves the focus to the field of that widget key at the next draw."""
    held.focus = field
    held.focused += 1


def take_focus(held: Tab) -> tuple[str, int] | None:
    """The field to focus now and which time this is; once."""
    field, held.focus = held.focus, None
    return (field, held.focused) if field is not None else None


def show_conversation(held: Tab, conversation_id: str | None) -> None:
    """Puts a conversation, or a new one, on screen and into the URL."""
    if conversation_id != held.conversation_id:
        _turn_to(held, conversation_id)
    write_address(held)


def begin_new(held: Tab) -> None:
    """Puts an empty chat on screen."""
    _turn_to(held, None)
    write_address(held)


def show_branch(held: Tab) -> None:
    """Notes that another branch of the conversation is on screen now."""
    held.branch += 1
    held.editing = None


def write_address(held: Tab) -> None:
    """Makes the URL name the conversation on screen; a temporary one has no address."""
    if held.conversation_id is None or held.is_temporary:
        st.query_params.pop(_CONVERSATION, None)
    elif st.query_params.get(_CONVERSATION) != held.conversation_id:
        st.query_params[_CONVERSATION] = held.conversation_id
        held.named = held.conversation_id


def composed_text() -> str:
    """What was sent from the composer; in its callback."""
    return st.session_state[COMPOSER] or ""


def edited_text() -> str:
    """What stands in the edit box; in its callback."""
    return st.session_state[EDIT_BOX] or ""


def put_back(text: str) -> None:
    """Puts a message that could not be sent back into the composer; in a callback."""
    st.session_state[COMPOSER] = text


def take_key_text() -> str:
    """What was put into the key's field, once: the field is emptied; in its callback.

    So the key does not stay in the page, and the server never sends it back.
    """
    text: str = st.session_state[KEY_FIELD] or ""
    st.session_state[KEY_FIELD] = ""
    return text


def take_code_text() -> str:
    """What was put into the field for a sign-in's code, once; in its callback."""
    text: str = st.session_state[SIGN_IN_CODE] or ""
    st.session_state[SIGN_IN_CODE] = ""
    return text.strip()


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


def wants_remembering() -> bool:
    """Whether the key is to be remembered, as the switch stands; in its callback."""
    return bool(st.session_state[REMEMBER])


def set_remembering(*, is_on: bool) -> None:
    """Puts the switch where the key's state is, before it is drawn."""
    st.session_state[REMEMBER] = is_on


def cookie_owner() -> str | None:
    """The visitor that the browser's cookie names, or None."""
    cookie: object = st.context.cookies.get(COOKIE_NAME)
    return cookie if isinstance(cookie, str) and is_visitor_id(cookie) else None


def _turn_to(held: Tab, conversation_id: str | None) -> None:
    # The first message of a new chat gives it its id; it stays the chat that it is.
    if held.conversation_id is not None or conversation_id is None:
        held.is_temporary = False
    held.conversation_id = conversation_id
    held.editing = None
    held.window = WINDOW_TURNS
