"""Tokens by which the visitor's programs ask the API: made, shown once, listed, revoked."""

from functools import partial

import streamlit as st

from chat.api_tokens import NAME_CHARS, ApiToken, new_token, token_hash
from chat.errors import StoreError
from chat.ui import session
from chat.ui.plain import plain
from chat.ui.tab import Tab
from chat.ui.wiring import services

UNNAMED = "Unnamed"


def draw_token_box(tab: Tab) -> None:
    """Draws the visitor's tokens, folded; nothing for who has no cookie and so no name."""
    if not tab.is_account and session.cookie_owner() is None:
        return
    with st.expander("API access", icon=":material/api:", key="api_access"):
        st.caption("Tokens let your own programs ask in your name.")
        if tab.fresh_token:
            st.caption("Copy the token now. It is not shown again.")
            st.code(tab.fresh_token, language=None, wrap_lines=True)
            st.button("Done", key="token_done", on_click=partial(_hide, tab))
        try:
            tokens = services().tokens.list_tokens(tab.owner)
        except StoreError:
            st.caption("Your tokens cannot be read right now.")
            return
        for token in tokens:
            _draw_token(tab, token)
        with st.form("new_token", border=False, clear_on_submit=True):
            st.text_input(
                "Name of a new token",
                key=session.API_NAME,
                max_chars=NAME_CHARS,
                placeholder="My laptop",
                autocomplete="off",
            )
            st.form_submit_button("Make a token", on_click=partial(_make, tab))


def _draw_token(tab: Tab, token: ApiToken) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        used = token.last_used_at
        last = f"last used {used:%Y-%m-%d %H:%M} UTC" if used is not None else "never used"
        st.caption(f"**{plain(token.name)}**, {last}")
        st.button(
            "Revoke",
            key=f"revoke_{token.id}",
            type="tertiary",
            help=f"Revoke {token.name}",
            on_click=partial(_revoke, tab, token.id),
        )


def _make(tab: Tab) -> None:
    token = new_token()
    try:
        services().tokens.add(tab.owner, session.token_name() or UNNAMED, token_hash(token))
    except StoreError as error:
        tab.notice = str(error)
    else:
        tab.fresh_token = token


def _revoke(tab: Tab, token_id: str) -> None:
    try:
        services().tokens.revoke(tab.owner, token_id)
    except StoreError as error:
        tab.notice = str(error)


def _hide(tab: Tab) -> None:
    tab.fresh_token = ""
