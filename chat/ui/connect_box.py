"""Connecting OpenRouter from the sidebar: a link that leads there and back, or a code to copy."""

from urllib.parse import urlsplit

import streamlit as st
import streamlit.components.v2 as components

from chat.api.connect import CONNECT_PATH
from chat.messages import Secret
from chat.ui import session
from chat.ui.key_cookie import remember_key
from chat.ui.key_wording import SIGN_IN_FAULTS
from chat.ui.session import Tab
from chat.ui.wiring import services

_CSS = """
a { box-sizing: border-box; display: block; width: 100%; padding: 0.45rem 0.75rem;
    font: 0.875rem/1.6 var(--st-font); text-align: center; text-decoration: none; cursor: pointer;
    color: var(--st-text-color); background: var(--st-background-color);
    border: 1px solid var(--st-border-color);
    border-radius: var(--st-button-radius, var(--st-base-radius)); }
a:hover { color: var(--st-primary-color); border-color: var(--st-primary-color); }
a:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""
_connect = components.component(
    "tickertape.connect",
    html=f'<a href="{CONNECT_PATH}" target="_self">Connect OpenRouter</a>',
    css=_CSS,
)
_code = components.component(
    "tickertape.connect_code",
    html=f'<a href="{CONNECT_PATH}?by=code" target="_blank">Get a code at OpenRouter</a>',
    css=_CSS,
)


def draw_connect_box(tab: Tab) -> None:
    """Draws the ways to connect that can work from the page's address."""
    if session.cookie_owner() is None:
        return
    can_come_back = _can_come_back()
    if can_come_back:
        _connect(key="connect", height="content")
    with st.expander("Connect with a code" if can_come_back else "Connect OpenRouter"):
        st.caption("For when OpenRouter cannot send you back here.")
        _code(key="connect-code", height="content")
        st.text_input(
            "Code from OpenRouter",
            key=session.SIGN_IN_CODE,
            autocomplete="off",
            on_change=_take_code,
            args=(tab,),
        )


def is_connecting(tab: Tab) -> bool:
    """Whether OpenRouter is being asked for the key of a sign-in; takes it when it is there."""
    ring, visitor = tab.ring, session.cookie_owner()
    if ring.claim is None:
        return False
    if visitor is not None and services().sign_ins.is_pending(visitor, ring.claim):
        return True
    found = services().sign_ins.collect(visitor or "", ring.claim)
    ring.claim = None
    if isinstance(found, Secret):
        ring.key, ring.fault = found, ""
        if ring.is_remembered:
            remember_key(tab, is_wanted=True)
    else:
        ring.fault = SIGN_IN_FAULTS[found]
    return False


def _can_come_back() -> bool:
    """OpenRouter sends browsers back to HTTPS, and to this machine."""
    url: object = st.context.url
    parts = urlsplit(url if isinstance(url, str) else "")
    return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1"}


def _take_code(tab: Tab) -> None:
    visitor, code = session.cookie_owner(), session.take_code_text()
    if visitor is not None and code:
        tab.ring.claim = services().sign_ins.finish_with_code(visitor, code).claim
