"""Messages that wait for the running answer to end."""

from sqlalchemy import Connection, delete, select

from chat.conversations import QueuedMessage
from chat.errors import StoreRefused
from chat.stores.rows import insert_new, queued_of
from chat.stores.schema import conversations, queued_messages


def queue(db: Connection, message: QueuedMessage) -> None:
    """Keeps a message, once; refuses one to a conversation that its owner cannot see."""
    visible = select(conversations.c.id).where(
        conversations.c.id == message.conversation_id,
        conversations.c.owner == message.owner,
        conversations.c.deleted_at.is_(None),
    )
    if db.scalar(visible) is None:
        raise StoreRefused("Unknown conversation.")
    insert_new(
        db,
        queued_messages,
        {
            "id": message.id,
            "owner": message.owner,
            "conversation_id": message.conversation_id,
            "created_at": message.created_at,
            "text": message.text,
        },
    )


def list_queued(db: Connection, owner: str, conversation_id: str) -> list[QueuedMessage]:
    """A conversation's waiting messages in the order in which they came."""
    rows = db.execute(
        select(queued_messages)
        .join(conversations, queued_messages.c.conversation_id == conversations.c.id)
        .where(
            queued_messages.c.conversation_id == conversation_id,
            queued_messages.c.owner == owner,
            conversations.c.deleted_at.is_(None),
        )
        .order_by(queued_messages.c.number)
    )
    return [queued_of(row) for row in rows]


def unqueue(db: Connection, owner: str, message_id: str) -> bool:
    """Takes a message out; of several that try at once, one is told True."""
    taken = db.execute(
        delete(queued_messages).where(
            queued_messages.c.id == message_id, queued_messages.c.owner == owner
        )
    )
    return taken.rowcount == 1
