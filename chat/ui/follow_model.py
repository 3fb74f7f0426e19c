"""A conversation brings its model along: who answered last there is chosen when a tab comes to it.

Otherwise a reload would leave a conversation with the app's first model, and Continue would have
that one write on.
"""

from chat.errors import StoreError
from chat.ui import address, session
from chat.ui.rooms import room_of
from chat.ui.tab import Tab


def follow_model(tab: Tab) -> None:
    """Chooses the conversation's model, once each time the tab comes to one; before the picker.

    A model that the address names is a wish of its own and stays.
    """
    if tab.conversation_id == tab.modelled:
        return
    is_first = tab.modelled is None
    tab.modelled = tab.conversation_id
    if tab.conversation_id is None or (is_first and address.names_model()):
        return
    try:
        opened = room_of(tab).turns.open(tab.owner, tab.conversation_id)
    except StoreError:
        return  # the page says already that the database is away
    if opened is not None and opened.turns:
        session.choose_model(opened.turns[-1].reply.model)
