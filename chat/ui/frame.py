"""The sidebar that every page has: where a chat is begun, and how its answers are asked for."""

from pathlib import Path

import streamlit as st

from chat.errors import StoreError
from chat.local.states import Off, Unavailable
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX
from chat.turn import Ask
from chat.ui import session
from chat.ui.conversation_list import LIST_LENGTH, draw_conversation_list
from chat.ui.key_box import draw_key_box, typed_key
from chat.ui.model_picker import draw_model_hint, draw_model_picker, draw_parameters
from chat.ui.wiring import Services, offered_models, services

CHAT_PAGE = "conversation.py"
ICON = Path(__file__).with_name("icon.png")
"""A file of ours: Streamlit would fetch a named icon from the internet."""


def draw_sidebar() -> None:
    """Draws the sidebar; a click on a conversation leads to the chat page."""
    held, tab = services(), session.tab()
    has_server_key = held.settings.openrouter_api_key is not None
    session.set_choice_defaults(
        model=_first_model(held), max_tokens=held.settings.default_max_tokens
    )
    choice = session.choice()
    if st.button("New chat", icon=":material/add:", width="stretch", key="new_chat"):
        session.show_conversation(tab, None)
        st.switch_page(CHAT_PAGE)
    draw_model_picker(offered_models(held), choice.model)
    draw_model_hint(choice.model, has_key=has_server_key or bool(choice.key_text), local=held.local)
    draw_key_box(has_server_key=has_server_key)
    draw_parameters()
    _draw_conversations(held, tab)


def chosen_ask() -> Ask:
    """How the sidebar says that an answer is wanted.

    Raises:
        InvalidKey: the typed key cannot be one.
    """
    choice = session.choice()
    needs_key = not choice.model.startswith((LOCAL_PREFIX, SIMULATOR_PREFIX))
    return Ask(
        model=choice.model,
        max_tokens=choice.max_tokens,
        temperature=choice.temperature,
        system_prompt=choice.system_prompt,
        key=typed_key(choice.key_text) if needs_key else None,
    )


def _draw_conversations(held: Services, tab: session.Tab) -> None:
    running = held.engine.known(tab.owner).values()
    answering = {live.conversation_id for live in running if not live.is_closed}
    try:
        conversations = held.store.list_conversations(tab.owner, LIST_LENGTH)
    except StoreError:
        st.caption(":material/info: The list of conversations cannot be read right now.")
        return
    clicked = draw_conversation_list(conversations, tab.conversation_id, answering)
    if clicked is not None:
        session.show_conversation(tab, clicked)
        st.switch_page(CHAT_PAGE)


def _first_model(held: Services) -> str:
    """The operator's default, else the first model that can answer this visitor."""
    if held.settings.default_model is not None:
        return held.settings.default_model
    for model in offered_models(held):
        is_local = model.id.startswith(LOCAL_PREFIX)
        if is_local and isinstance(held.local.state(model.id), Off | Unavailable):
            continue
        if is_local or model.id.startswith(SIMULATOR_PREFIX):
            return model.id
        if held.settings.openrouter_api_key is not None:
            return model.id
    return offered_models(held)[0].id
