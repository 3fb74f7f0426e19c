"""Has the page's script set or clear the cookie that remembers a key.

A ticket is all that the page is told; see `chat.tickets`.
"""

import streamlit.components.v2 as components

from chat.api.remember import FORGET_PATH, KEY_COOKIE, REMEMBER_PATH
from chat.ui import session, visit
from chat.ui.key_ring import Errand
from chat.ui.key_wording import NOT_FORGOTTEN, NOT_REMEMBERED
from chat.ui.session import Tab
from chat.ui.wiring import services

_JS = """
let done = null // what was posted last; the script runs at every draw

export default async function ({ data, setTriggerValue }) {
  if (data.number === done) return
  done = data.number
  try {
    const answer = await fetch(data.path, { method: "POST", body: data.ticket, keepalive: true })
    if (answer.ok) return
  } catch {
    // Told below, as any refusal.
  }
  setTriggerValue("failed", true)
}
"""
_errand = components.component("tickertape.key_cookie", html="<i hidden></i>", js=_JS)


def run_key_cookie(tab: Tab) -> None:
    """Draws the script while there is an errand; it posts each once."""
    errand = tab.ring.errand
    if errand is None:
        return
    _errand(
        key="key_cookie",
        data={"path": errand.path, "ticket": errand.ticket, "number": errand.number},
        height="content",
        on_failed_change=lambda: _note_failure(tab),
    )


def recall_key(tab: Tab) -> None:
    """Takes the key that this browser remembers; a cookie that cannot be opened is cleared."""
    visitor, sealed = session.cookie_owner(), visit.cookie(KEY_COOKIE)
    if sealed is None or tab.ring.key is not None:
        return
    tab.ring.key = services().sealer.open(sealed, visitor) if visitor is not None else None
    tab.ring.is_remembered = tab.ring.key is not None
    if tab.ring.key is None:
        tab.ring.errand = Errand(FORGET_PATH)


def remember_key(tab: Tab, *, is_wanted: bool) -> None:
    """Has this browser remember the tab's key, or forget it."""
    ring, visitor = tab.ring, session.cookie_owner()
    if is_wanted and ring.key is not None and visitor is not None:
        ring.errand = Errand(REMEMBER_PATH, services().tickets.issue(visitor, ring.key))
        ring.is_remembered = True
    else:
        ring.errand = Errand(FORGET_PATH)
        ring.is_remembered = False


def _note_failure(tab: Tab) -> None:
    errand = tab.ring.errand
    is_forgetting = errand is not None and errand.path == FORGET_PATH
    tab.ring.is_remembered = False
    tab.ring.errand = None
    tab.notice = NOT_FORGOTTEN if is_forgetting else NOT_REMEMBERED
