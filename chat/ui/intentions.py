"""What a visitor wants to happen, as callbacks: they act before the page is drawn anew."""

from collections.abc import Callable

from chat.errors import InvalidKey, StoreError
from chat.live import LiveReply
from chat.turn import MessageRefused
from chat.ui import session
from chat.ui.frame import chosen_ask
from chat.ui.wiring import services
from chat.ui.wording import BAD_KEY, UNREADABLE, refuse

STOP_WAIT_S = 0.25


def send(text: str) -> None:
    """Sends a message in the conversation on screen; where that cannot be, nothing is lost."""
    tab = session.tab()
    live = _try(
        lambda: services().turns.begin(tab.owner, tab.conversation_id, text, chosen_ask()),
        tab,
        text,
    )
    if live is None:
        session.put_back(text)
    else:
        session.show_conversation(tab, live.conversation_id)


def regenerate() -> None:
    """Asks again for the last answer, as the sidebar says now."""
    tab = session.tab()
    conversation_id = tab.conversation_id
    if conversation_id is not None:
        _try(lambda: services().turns.regenerate(tab.owner, conversation_id, chosen_ask()), tab, "")


def stop_of(live: LiveReply | None) -> Callable[[], None] | None:
    """The wish to stop this answer, or None where none is running."""
    if live is None:
        return None
    return lambda: _stop(live)


def _stop(live: LiveReply) -> None:
    services().engine.stop(live.id, live.owner)
    # The end of the log is a moment away; with it the page is drawn once, not twice.
    live.wait_end(STOP_WAIT_S)


def _try(begin: Callable[[], LiveReply], tab: session.Tab, text: str) -> LiveReply | None:
    """Begins a turn; None, with a notice for the visitor, where it cannot be."""
    try:
        live = begin()
    except MessageRefused as refusal:
        tab.notice = refuse(refusal.reason, text, services().settings.max_message_chars)
    except InvalidKey as error:
        tab.notice = f"{BAD_KEY} {error.failure.detail}"
    except StoreError as error:
        tab.notice = f"{error} {UNREADABLE}"
    else:
        tab.followed = live.id
        return live
    return None
