"""Logging in and out, where the operator has set Streamlit's login up; nothing is drawn elsewhere.

Whose the conversations are is in `chat.ui.rooms`.
"""

from collections.abc import Mapping
from functools import partial

import streamlit as st
from streamlit.errors import StreamlitAuthError

from chat.ui.plain import plain
from chat.ui.session import Tab
from chat.ui.wording import NO_LOGIN

_DEFAULT = "default"


def draw_account_box(tab: Tab) -> None:
    """Draws who is logged in with a way out, or a way in for each provider."""
    if tab.is_account:
        st.caption(plain(f"Logged in as {_name()}"))
        st.button("Log out", icon=":material/logout:", key="log_out", on_click=st.logout)
        return
    for provider in _providers():
        st.button(
            "Log in" if provider == _DEFAULT else f"Log in with {provider.capitalize()}",
            icon=":material/login:",
            key=f"log_in_{provider}",
            on_click=partial(_log_in, tab, provider),
        )


def _providers() -> list[str]:
    """Whom one can log in with, as `[auth]` in `secrets.toml` says.

    Source: https://docs.streamlit.io/develop/api-reference/user/st.login
    """
    # Asking for a secret without such a file would write an error on the page.
    if not st.secrets.load_if_toml_exists():
        return []
    section = st.secrets.get("auth", {})
    named = [
        name
        for name, value in section.items()
        if isinstance(value, Mapping) and "client_id" in value
    ]
    return [_DEFAULT, *named] if "client_id" in section else named


def _log_in(tab: Tab, provider: str) -> None:
    try:
        st.login(None if provider == _DEFAULT else provider)
    except StreamlitAuthError:
        tab.notice = NO_LOGIN


def _name() -> str:
    return str(st.user.get("name") or st.user.get("email") or "an account")
