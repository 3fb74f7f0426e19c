"""Which room a tab is in, and who its visitor is."""

import hashlib

import streamlit as st

from chat.errors import StoreError
from chat.room import Room
from chat.ui.session import Tab, cookie_owner
from chat.ui.wiring import services


def room_of(tab: Tab) -> Room:
    """Where the tab's conversation is held."""
    return services().temporary if tab.is_temporary else services().kept


def stop_left(tab: Tab) -> None:
    """Stops the answers of temporary chats that the tab has left: nobody else could."""
    if not tab.left:
        return
    engine = services().engine
    for live in engine.known(tab.owner).values():
        if live.conversation_id in tab.left:
            engine.stop(live.id, live.owner)
            tab.elsewhere.pop(live.id, None)
    tab.left.clear()


def recognise(tab: Tab) -> None:
    """Makes the tab its visitor's: the account where somebody is logged in, else the cookie's.

    What a visitor did before logging in moves over to the account.
    """
    cookie = cookie_owner()
    account = _account()
    if account is None:
        if cookie is not None:
            services().accounts.pop(cookie, None)
        if tab.is_account:
            tab.leave_account(cookie)
        return
    if cookie is not None:
        services().accounts[cookie] = account
    if tab.owner != account:
        try:
            with services().batching.handing_over(tab.owner, account):
                services().kept.store.adopt(tab.owner, account)
                services().engine.adopt(tab.owner, account)
        except StoreError:
            tab.notice = "Your earlier conversations could not be moved to your account yet."
            return
        tab.enter_account(account)


def _account() -> str | None:
    """An id for the account that is logged in, or None; made of issuer and subject."""
    if not st.user.get("is_logged_in"):
        return None
    name = f"{st.user.get('iss', '')}|{st.user.get('sub') or st.user.get('email', '')}"
    return f"account-{hashlib.sha256(name.encode()).hexdigest()[:40]}"
