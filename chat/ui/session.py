"""What one browser tab knows: the only file that opens `st.session_state`; the URL is in `address`.

Everything that must survive a reload is elsewhere: the conversation in the store, its id in the
URL, the visitor in a cookie. A key lives here and nowhere else.
"""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from chat.api.connect import CLAIM
from chat.api.visitor import COOKIE_NAME, is_visitor_id, new_visitor_id
from chat.budget import Limits
from chat.catalogue import Wanted
from chat.catalogue_json import MAX_ID_CHARS
from chat.parameters import Parameters, Upstreams, read_providers
from chat.ui import address
from chat.ui.tab import EARLIER_TURNS, LISTED, Choice, Tab, Undo, take_focus, take_notice

__all__ = ["EARLIER_TURNS", "LISTED", "Choice", "Tab", "Undo", "take_focus", "take_notice"]

_TAB = "tab"

TEMPERATURE_AT_FIRST = 0.7

# Widget keys. A widget that is set from here is named here.
COMPOSER = "composer"
MODEL = "model"
MODEL_BOX = "model_box"
WANT_FREE = "want_free"
WANT_IMAGES = "want_images"
WANT_REASONING = "want_reasoning"
WANT_CONTEXT = "want_context"
WANT_USD = "want_usd"
KEY_FIELD = "openrouter_key"
REMEMBER = "remember_key"
SIGN_IN_CODE = "sign_in_code"
TEMPERATURE = "temperature"
TOP_P = "top_p"
SEED = "seed"
EFFORT = "effort"
SORT = "upstream_sort"
ONLY = "upstream_only"
IGNORE = "upstream_ignore"
NO_COLLECTION = "upstream_no_collection"
MAX_PROMPT_USD = "upstream_prompt_usd"
MAX_COMPLETION_USD = "upstream_completion_usd"
PRESET_NAME = "preset_name"
MAX_TOKENS = "max_tokens"
SYSTEM_PROMPT = "system_prompt"
# A limit's field is called as the limit is; see `chat.budget.LimitName`.
ANSWER_TOKENS = "answer_tokens"
ANSWER_USD = "answer_usd"
SESSION_TOKENS = "session_tokens"
SESSION_USD = "session_usd"
LIMITS = (ANSWER_TOKENS, ANSWER_USD, SESSION_TOKENS, SESSION_USD)
FALLBACKS = "fallbacks"
EDIT_BOX = "edit_box"
SEARCH = "search"
API_NAME = "api_name"
TEMPORARY = "is_temporary"


def tab() -> Tab:
    """This tab's state, with the conversation that the URL named when the page was loaded.

    Later only Back and Forward change it without us (`address.follow_history`). Any other run may
    come with an older one: of a click or a report that was on its way as we wrote the address.
    """
    if _TAB not in st.session_state:
        st.session_state[_TAB] = Tab(
            cookie_owner() or new_visitor_id(),
            conversation_id=st.query_params.get(address.CONVERSATION),
        )
    if not st.session_state.get(MODEL) and st.query_params.get(address.MODEL):
        choose_model(st.query_params[address.MODEL])
    found: Tab = st.session_state[_TAB]
    if CLAIM in st.query_params:
        found.ring.claim = st.query_params.pop(CLAIM)
    return found


def set_choice_defaults(*, model: str, max_tokens: int) -> None:
    """Gives the sidebar's widgets their first values; later calls change nothing."""
    if not st.session_state.get(MODEL):  # never chosen, or cleared
        st.session_state[MODEL] = model
    st.session_state.setdefault(TEMPERATURE, TEMPERATURE_AT_FIRST)
    st.session_state.setdefault(TOP_P, 1.0)
    st.session_state.setdefault(MAX_TOKENS, max_tokens)
    st.session_state.setdefault(SYSTEM_PROMPT, "")


def choose_model(model_id: str) -> None:
    """Makes a model the one that is chosen; also one that is not offered."""
    st.session_state[MODEL] = model_id.strip()[:MAX_ID_CHARS]


def picked_model(key: str) -> str | None:
    """What was picked last in a model box."""
    picked = _pick_in(key)
    return picked["id"] if picked is not None else None


def take_pick() -> None:
    """Chooses the model that was picked last in the sidebar, once.

    Asked for at each draw and before a message is sent: where a pick and a message come in one
    run, Streamlit calls the message's callback first, and one that is overtaken not at all.
    """
    picked, held = _pick_in(MODEL_BOX), tab()
    if picked is not None and picked["at"] != held.picked_at:
        held.picked_at = picked["at"]
        choose_model(picked["id"])


def _pick_in(key: str) -> Mapping[str, Any] | None:
    """The model that was picked last in a box, with the moment in the page's own time, in ms."""
    box: object = st.session_state.get(key)
    picked = box.get("picked") if isinstance(box, Mapping) else None
    match picked:
        case {"id": str(), "at": int() | float()}:
            return picked
    return None


def starred_model() -> tuple[str, bool] | None:
    """Which model was made a favourite, or none any more; in the model box's callback."""
    starred: object = st.session_state[MODEL_BOX].get("starred")
    if not isinstance(starred, Mapping) or not isinstance(starred.get("id"), str):
        return None
    return starred["id"], starred.get("on") is True


def wanted() -> Wanted:
    """What the filters of the model box say, whether or not they have been drawn yet."""
    state = st.session_state
    return Wanted(
        is_free=state.get(WANT_FREE) is True,
        sees_images=state.get(WANT_IMAGES) is True,
        reasons=state.get(WANT_REASONING) is True,
        context_tokens=state.get(WANT_CONTEXT) or 0,
        completion_usd=state.get(WANT_USD, math.inf),
    )


def choice() -> Choice:
    """What is chosen in the sidebar now, also in a callback; after `set_choice_defaults`."""
    state = st.session_state
    return Choice(
        model=(state[MODEL] or "").strip(),
        temperature=float(state.get(TEMPERATURE, TEMPERATURE_AT_FIRST)),
        top_p=float(state.get(TOP_P, 1.0)),
        max_tokens=int(state[MAX_TOKENS]),
        system_prompt=state[SYSTEM_PROMPT] or "",
        limits=Limits(
            answer_tokens=state.get(ANSWER_TOKENS),
            answer_usd=state.get(ANSWER_USD) or None,
            session_tokens=state.get(SESSION_TOKENS),
            session_usd=state.get(SESSION_USD) or None,
        ),
        fallbacks=tuple(state.get(FALLBACKS) or ()),
        parameters=_parameters(),
    )


def _parameters() -> Parameters:
    """What the widgets say; one that is not drawn for this model keeps what it said."""
    state = st.session_state
    return Parameters(
        seed=state.get(SEED),
        effort=state.get(EFFORT) or None,
        upstreams=Upstreams(
            sort=state.get(SORT) or None,
            only=read_providers(state.get(ONLY) or ""),
            ignore=read_providers(state.get(IGNORE) or ""),
            data_collection="deny" if state.get(NO_COLLECTION) else None,
            max_prompt_usd=state.get(MAX_PROMPT_USD),
            max_completion_usd=state.get(MAX_COMPLETION_USD),
        ),
    )


def put_system_prompt(text: str) -> None:
    """Puts a text into the field of the system prompt; in a callback."""
    st.session_state[SYSTEM_PROMPT] = text


def take_preset_name() -> str:
    """The name that was typed for a system prompt, once; in its callback."""
    name = str(st.session_state[PRESET_NAME] or "").strip()
    st.session_state[PRESET_NAME] = ""
    return name


def choose_max_tokens(max_tokens: int) -> None:
    """Sets the limit of an answer, in tokens; in a callback."""
    st.session_state[MAX_TOKENS] = max_tokens


def point_at(held: Tab, field: str) -> None:
    """Moves the focus to the field of that widget key at the next draw."""
    held.focus = field
    held.focused += 1


def show_branch(held: Tab) -> None:
    """Notes that another branch of the conversation is on screen now."""
    held.branch += 1
    held.editing = None


def composed() -> tuple[str, list[tuple[str, bytes]]]:
    """What was sent from the composer, its files each with a name; in its callback."""
    sent = st.session_state[COMPOSER]
    if sent is None or isinstance(sent, str):
        return sent or "", []
    return sent.text or "", [(file.name, file.getvalue()) for file in sent.files]


def put_back(text: str, key: str = COMPOSER) -> None:
    """Puts a message that could not be sent back where it was typed; in a callback."""
    st.session_state[key] = text


def value_of(key: str) -> object:
    """What a widget holds; in its callback."""
    return st.session_state.get(key)


def file_of(key: str) -> tuple[str, bytes] | None:
    """The name and the bytes of what was uploaded there; None where nothing was."""
    file: Any = st.session_state.get(key)  # Any: the uploader's own type is none of the public ones
    return (str(file.name), file.getvalue()) if file is not None else None


def take_key_text() -> str:
    """What was put into the key's field, once: the field is emptied; in its callback.

    So the key does not stay in the page, and the server never sends it back.
    """
    text: str = st.session_state[KEY_FIELD] or ""
    st.session_state[KEY_FIELD] = ""
    return text


def token_name() -> str:
    """What a new token is to be called; in a callback."""
    name: object = st.session_state.get(API_NAME)
    return name.strip() if isinstance(name, str) else ""


def take_code_text() -> str:
    """What was put into the field for a sign-in's code, once; in its callback."""
    text: str = st.session_state[SIGN_IN_CODE] or ""
    st.session_state[SIGN_IN_CODE] = ""
    return text.strip()


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


def wants_temporary() -> bool:
    """Whether the chat is to be a temporary one, as the switch stands; in its callback."""
    return bool(st.session_state[TEMPORARY])


def set_temporary(*, is_on: bool) -> None:
    """Puts the switch where the chat's state is, before it is drawn.

    A chat that is left while it streams leaves the switch's old state behind.
    """
    st.session_state[TEMPORARY] = is_on


def cookie_owner() -> str | None:
    """The visitor that the browser's cookie names, or None."""
    cookie: object = st.context.cookies.get(COOKIE_NAME)
    return cookie if isinstance(cookie, str) and is_visitor_id(cookie) else None
