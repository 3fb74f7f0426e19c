"""What a visitor wants to happen, as callbacks: they act before the page is drawn anew."""

from collections.abc import Callable

from chat.conversations import new_id
from chat.errors import InvalidKey, StoreError
from chat.live import LiveReply
from chat.turn import MessageRefused
from chat.ui import session
from chat.ui.frame import chosen_ask
from chat.ui.wiring import services
from chat.ui.wording import BAD_KEY, UNREADABLE, refuse


def send(text: str) -> None:
    """Sends a message in the conversation on screen; where that cannot be, nothing is lost."""
    tab = session.tab()
    conversation_id = tab.conversation_id or new_id()
    if _try(
        lambda: services().turns.begin(tab.owner, conversation_id, text, chosen_ask()), tab, text
    ):
        session.show_conversation(tab, conversation_id)
    else:
        session.put_back(text)


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
    reply_id, owner = live.id, live.owner
    return lambda: _stop(reply_id, owner)


def _stop(reply_id: str, owner: str) -> None:
    services().engine.stop(reply_id, owner)


def _try(begin: Callable[[], LiveReply], tab: session.Tab, text: str) -> bool:
    """Begins a turn; False, with a notice for the visitor, where it cannot be."""
    try:
        tab.followed = begin().id
    except MessageRefused as refusal:
        tab.notice = refuse(refusal.reason, text, services().settings.max_message_chars)
    except InvalidKey as error:
        tab.notice = f"{BAD_KEY} {error.failure.detail}"
    except StoreError as error:
        tab.notice = f"{error} {UNREADABLE}"
    else:
        return True
    return False
