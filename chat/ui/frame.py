"""The sidebar that every page has: where a chat is begun, and how its answers are asked for."""

from pathlib import Path

import streamlit as st

from chat.errors import StoreError
from chat.images import Image
from chat.live import LiveReply
from chat.turn import Ask
from chat.ui import address, session, visit
from chat.ui.account_box import draw_account_box
from chat.ui.conversation_list import draw_conversation_list, draw_hits
from chat.ui.finish_watch import watch
from chat.ui.follow_model import follow_model
from chat.ui.import_box import draw_import_box
from chat.ui.key_box import draw_key_box, key_to_ask_with
from chat.ui.key_cookie import run_key_cookie
from chat.ui.limits_box import budget_of, draw_limits
from chat.ui.model_picker import draw_model_hint, draw_model_picker
from chat.ui.offered import Offer, first_model, follow_key, offered
from chat.ui.parameters import draw_parameters
from chat.ui.race_lanes import note_lanes
from chat.ui.rooms import recognise, stop_left
from chat.ui.stage import stage
from chat.ui.token_box import draw_token_box
from chat.ui.wiring import Services, services

CHAT_PAGE = "conversation.py"
SEARCH_HITS = 20
SIDEBAR_PX = 340
"""So wide that the names of most models fit."""
ICON = Path(__file__).with_name("icon.png")
"""A file of ours: Streamlit would fetch a named icon from the internet."""


def draw_sidebar(*, is_chat_page: bool, has_models: bool = True) -> None:
    """Draws the sidebar; a click on a conversation leads to the chat page.

    Args:
        is_chat_page: Whether the chat is the page in the middle.
        has_models: Whether the model is chosen here; where lanes are compared it is not, and
            blind, no name of a model may be anywhere.
    """
    held, tab = services(), session.tab()
    if is_chat_page:
        address.follow_history(tab)
    stop_left(tab)
    recognise(tab)
    follow_model(tab)
    session.take_pick()
    session.set_choice_defaults(
        model=first_model(held, offered(), is_local=visit.is_local()),
        max_tokens=held.settings.default_max_tokens,
    )
    choice = session.choice()
    follow_key(tab.ring.key)
    offer = offered()
    if not has_models:
        note_lanes(tab)
    if st.button("New chat", icon=":material/add:", width="stretch", key="new_chat"):
        address.begin_new(tab)
        _open_chat_page()
    with stage(tab, "models", str(has_models)):
        if has_models:
            _draw_models(held, tab, choice, offer)
    draw_key_box(tab)
    with stage(tab, "parameters", str(has_models)):
        if has_models:
            is_openrouter = held.routes.is_openrouter(choice.model)
            draw_parameters(tab, offer.by_id.get(choice.model), is_openrouter=is_openrouter)
        asked = [choice.model, *choice.fallbacks] if has_models else []
        asked = asked or [setup.model for setup in tab.race.setups]
        budget = budget_of(offer.models, choice, tab)
        draw_limits(offer.models, budget, asked, has_models=has_models)
    # The list last: what stood below it would be greyed while an answer streams, when it grows.
    draw_token_box(tab)
    draw_account_box(tab)
    _draw_conversations(held, tab, is_chat_page=is_chat_page)
    run_key_cookie(tab)


def _open_chat_page() -> None:
    # Without a word on parameters Streamlit refuses to leave a page whose filters are in the URL.
    st.switch_page(CHAT_PAGE, query_params={})


def _draw_models(held: Services, tab: session.Tab, choice: session.Choice, offer: Offer) -> None:
    draw_model_picker(offer, choice.model)
    has_key = key_to_ask_with(tab) is not None or not held.routes.is_openrouter(choice.model)
    draw_model_hint(choice.model, has_key=has_key, local=held.local)


def chosen_ask(images: tuple[Image, ...] = ()) -> Ask:
    """How the sidebar says that an answer is wanted, to a message with these images."""
    session.take_pick()
    held, tab, choice = services(), session.tab(), session.choice()
    asked = (choice.model, *choice.fallbacks)
    offer = offered()
    needs_key = any(held.routes.is_openrouter(model) for model in asked)
    return Ask(
        model=choice.model,
        max_tokens=choice.max_tokens,
        temperature=choice.temperature,
        top_p=choice.top_p if choice.top_p < 1 else None,
        system_prompt=choice.system_prompt,
        key=key_to_ask_with(tab) if needs_key else None,
        is_lent=needs_key and tab.ring.key is None and held.server_key.has_budget,
        fallbacks=choice.fallbacks,
        budget=budget_of(offer.models, choice, tab),
        parameters=choice.parameters,
        images=images,
        known={name: offer.by_id[name] for name in asked if name in offer.by_id},
    )


def _announced(held: Services, tab: session.Tab, running: list[LiveReply]) -> list[LiveReply]:
    """Without those of temporary chats that are not this tab's: their ends are nobody's news."""
    return [
        live
        for live in running
        if live.conversation_id == tab.conversation_id
        or not held.on_screen.knows(live.owner, live.conversation_id)
    ]


def _draw_conversations(held: Services, tab: session.Tab, *, is_chat_page: bool) -> None:
    known = held.engine.known(tab.owner).values()
    running = [
        live
        for live in known
        if not live.is_closed
        and live.conversation_id not in tab.race.lane_ids
        and not held.batching.is_asking(live.conversation_id)
    ]
    tab.marked = {live.conversation_id for live in running}
    store = held.kept.store
    words = st.text_input(
        "Search conversations",
        key=session.SEARCH,
        type="search",
        live=True,
        max_chars=200,
        label_visibility="collapsed",
        placeholder="Search conversations",
    )
    try:
        conversations = store.list_conversations(tab.owner, tab.listed + 1)
        hits = store.search(tab.owner, words, SEARCH_HITS) if words and words.strip() else None
    except StoreError:
        st.caption(":material/info: The list of conversations cannot be read right now.")
        return
    titles = {conversation.id: conversation.title for conversation in conversations}
    watch(
        tab, _announced(held, tab, running), titles, tab.conversation_id if is_chat_page else None
    )
    if hits is not None:
        clicked = draw_hits(hits)
    else:
        clicked = draw_conversation_list(
            conversations[: tab.listed],
            tab.conversation_id,
            tab.marked,
            *visit.today(),
        )
        if len(conversations) > tab.listed and st.button("Show more", key="show_more"):
            tab.listed += session.LISTED
            st.rerun()
    with st.expander("Import", icon=":material/upload:"):
        draw_import_box(tab)
    if clicked is not None:
        address.show_conversation(tab, clicked)
        _open_chat_page()
