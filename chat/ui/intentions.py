"""What a visitor wants to happen, as callbacks: they act before the page is drawn anew.

Where a wish cannot be granted the tab gets a notice, and nothing is lost.
"""

from collections.abc import Callable
from dataclasses import replace

from chat.ask import Ask
from chat.conversations import QueuedMessage
from chat.errors import ChatError, StoreError
from chat.images import Image, ImageLimits, ImageRefused, read_images
from chat.live import LiveReply
from chat.refusals import MessageRefused
from chat.ui import address, session
from chat.ui.frame import chosen_ask
from chat.ui.rooms import room_of
from chat.ui.wiring import services
from chat.ui.wording import GONE_FROM_QUEUE, refuse

STOP_WAIT_S = 0.25


def send_composed() -> None:
    """Sends what stands in the composer, with what was attached there."""
    text, files = session.composed()
    tab, settings = session.tab(), services().settings
    try:
        images = read_images(files, ImageLimits(settings.max_images, settings.max_image_mb))
    except ImageRefused as error:
        tab.notice = f"Not sent. {error}"
        session.put_back(text)
        return
    send(text, images)


def send(text: str, images: tuple[Image, ...] = ()) -> None:
    """Sends a message in the conversation on screen, or queues it while an answer runs there."""
    tab = session.tab()
    room = room_of(tab)
    place = tab.conversation_id
    if place is not None and room.turns.is_answering(tab.owner, place):
        ask = chosen_ask(images)
        if not granted(tab, text, lambda: room.queue.add(tab.owner, place, text, ask)):
            session.put_back(text)
        return

    def begin(ask: Ask) -> LiveReply:
        return room.turns.begin(tab.owner, place, text, replace(ask, images=images))

    live = _begun(tab, text, begin)
    if live is None:
        session.put_back(text)
    else:
        address.show_conversation(tab, live.conversation_id)


def regenerate() -> None:
    """Asks again for the last answer, as the sidebar says now."""
    tab, turns = session.tab(), room_of(session.tab()).turns
    place = tab.conversation_id
    if place is not None:
        _begun(tab, "", lambda ask: turns.regenerate(tab.owner, place, ask))


def go_on() -> None:
    """Asks the model to go on with the last answer."""
    tab, turns = session.tab(), room_of(session.tab()).turns
    place = tab.conversation_id
    if place is not None:
        _begun(tab, "", lambda ask: turns.go_on(tab.owner, place, ask))


def try_with(model: str) -> None:
    """Chooses another model and asks it for the last answer."""
    # A pick of the same run would else be taken after it, and ask that model.
    session.take_pick()
    session.choose_model(model)
    regenerate()


def try_shorter(max_tokens: int) -> None:
    """Asks again for the last answer, a shorter one from now on."""
    session.choose_max_tokens(max_tokens)
    regenerate()


def go_on_with(model: str) -> None:
    """Chooses another model and asks it to go on with the last answer."""
    session.take_pick()  # as in `try_with`
    session.choose_model(model)
    go_on()


def open_editor(message_id: str) -> None:
    """Puts a message into its editor."""
    session.tab().editing = message_id
    point_at(session.EDIT_BOX)


def point_at(field: str) -> None:
    """Moves the focus to a field, by its widget key, once the page is drawn."""
    session.point_at(session.tab(), field)


def edit(message_id: str) -> None:
    """Sends a message anew with the text of its edit box."""
    tab, turns = session.tab(), room_of(session.tab()).turns
    place, text = tab.conversation_id, str(session.value_of(session.EDIT_BOX) or "")
    if place is None:
        return
    if _begun(tab, text, lambda ask: turns.edit(tab.owner, place, message_id, text, ask)):
        session.show_branch(tab)


def choose(node_id: str) -> None:
    """Shows another branch: the newest path through a message or a reply."""
    tab, room = session.tab(), room_of(session.tab())
    place = tab.conversation_id
    if place is not None:
        granted(tab, "", lambda: room.show_branch(tab.owner, place, node_id))
        session.show_branch(tab)


def delete_message(message_id: str) -> None:
    """Deletes a message and what follows from it; can be undone."""
    tab, room = session.tab(), room_of(session.tab())
    place = tab.conversation_id
    if place is not None and granted(
        tab, "", lambda: room.store.delete_message(tab.owner, place, message_id)
    ):
        tab.undo = session.Undo("Message deleted.", place, message_id)
        session.show_branch(tab)


def delete_conversation(conversation_id: str) -> None:
    """Deletes a conversation; can be undone."""
    tab, room = session.tab(), room_of(session.tab())
    for live in services().engine.known(tab.owner).values():
        if live.conversation_id == conversation_id:
            services().engine.stop(live.id, tab.owner)
    if granted(tab, "", lambda: room.store.delete(tab.owner, conversation_id)):
        tab.undo = session.Undo("Conversation deleted.", conversation_id)
        if tab.conversation_id == conversation_id:
            address.show_conversation(tab, None)


def undo() -> None:
    """Takes the last deletion back."""
    tab, room = session.tab(), room_of(session.tab())
    last, tab.undo = tab.undo, None
    if last is None:
        return
    if last.message_id is None:
        granted(tab, "", lambda: room.store.restore(tab.owner, last.conversation_id))
    else:
        message_id = last.message_id
        granted(
            tab,
            "",
            lambda: room.store.restore_message(tab.owner, last.conversation_id, message_id),
        )
    address.show_conversation(tab, last.conversation_id)
    session.show_branch(tab)


def unqueue(message: QueuedMessage) -> None:
    """Takes a waiting message out of the queue."""
    tab, queue = session.tab(), room_of(session.tab()).queue
    granted(tab, "", lambda: queue.remove(message.owner, message.id))


def send_queued(message: QueuedMessage) -> None:
    """Sends a waiting message now."""
    tab, queue = session.tab(), room_of(session.tab()).queue

    def begin(ask: Ask) -> LiveReply | None:
        live = queue.send(message, ask)
        if live is None:
            tab.notice = GONE_FROM_QUEUE
        return live

    _begun(tab, message.text, begin)


def stop(reply_id: str, live: LiveReply | None) -> None:
    """Stops this answer, or asks the process that writes it to do so."""
    if live is None:
        tab = session.tab()
        granted(tab, "", lambda: room_of(tab).store.ask_stop(tab.owner, reply_id))
        return
    services().engine.stop(live.id, live.owner)
    # The end of the log is a moment away; with it the page is drawn once, not twice.
    live.wait_end(STOP_WAIT_S)


def _begun(
    tab: session.Tab, text: str, begin: Callable[[Ask], LiveReply | None]
) -> LiveReply | None:
    """Begins a turn; None, with a notice for the visitor, where it cannot be."""
    lives: list[LiveReply | None] = []
    if not granted(tab, text, lambda: lives.append(begin(chosen_ask()))):
        return None
    live = lives[0]
    tab.editing = None
    if live is not None:
        tab.followed = live.id
    return live


def granted(tab: session.Tab, text: str, wish: Callable[[], object]) -> bool:
    """Does what is wished; False, with a notice for the visitor, where it cannot be done."""
    try:
        wish()
    except ChatError as error:
        tab.notice = _sentence(error, text)
        return False
    return True


def _sentence(error: ChatError, text: str) -> str:
    match error:
        case MessageRefused():
            return refuse(error.reason, text, services().settings.max_message_chars)
        case StoreError():
            return str(error)
        case _:
            raise error
