"""Saves turns and replies, and reads a conversation back as a tree."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, insert, or_, select, text, update

from chat.conversations import Conversation, ReplyRecord, StoredTurn
from chat.errors import StoreRefused
from chat.stores.columns import PlainText
from chat.stores.images import ImageShelf, add_images
from chat.stores.rows import (
    conversation_of,
    conversation_row,
    insert_new,
    message_row,
    reply_of,
    reply_row,
    state_of,
    user_of,
)
from chat.stores.schema import conversations, messages, replies, reply_logs
from chat.tree import Tree, leaf_below

_IS_OWN = or_(
    replies.c.owner == bindparam("reply_owner"), replies.c.former_owner == bindparam("reply_owner")
)
_ENDING = bindparam("ending", type_=PlainText)
# A checkpoint that comes after the ending changes nothing: only an ending may replace an ending.
_SAVE = update(replies).where(
    replies.c.id == bindparam("reply_id"),
    _IS_OWN,
    or_(replies.c.outcome.is_(None), _ENDING.is_not(None)),
)
_SAVE_LOG = text("""
    INSERT INTO reply_logs (reply_id, data)
    SELECT id, :data FROM replies
    WHERE id = :reply_id AND (owner = :owner OR former_owner = :owner)
    ON CONFLICT (reply_id) DO UPDATE SET data = excluded.data
""")


def add_turn(
    db: Connection, turn: StoredTurn, conversation: Conversation, process_id: str, now: datetime
) -> None:
    """Saves what is not there yet of a turn, and makes its reply the end of the path."""
    user, reply = turn.user, turn.reply
    _open_conversation(db, conversation)
    if _is_in(db, replies, reply.id, conversation.id):
        return
    if not _is_in(db, messages, user.id, conversation.id):
        if user.parent_id is not None:
            _check_parent(db, user.parent_id, conversation.id)
        db.execute(insert(messages).values(message_row(user, conversation.id)))
        add_images(db, user.id, user.images)
    elif db.scalar(select(messages.c.deleted_at).where(messages.c.id == user.id)) is not None:
        raise StoreRefused("The message was deleted.")
    db.execute(insert(replies).values(reply_row(reply, now) | {"process_id": process_id}))
    db.execute(
        update(conversations)
        .where(conversations.c.id == conversation.id)
        .values(updated_at=conversation.updated_at, leaf_id=reply.id)
    )


def save_replies(
    db: Connection, records: Sequence[ReplyRecord], logs: Mapping[str, bytes], now: datetime
) -> None:
    """Writes the present state of some replies, and the logs of those that have one."""
    rows = [
        {
            "reply_id": record.id,
            "reply_owner": record.owner,
            "ending": record.outcome,
            "updated_at": now,
            **state_of(record),
        }
        for record in records
    ]
    db.execute(_SAVE, rows)
    data = [
        {"reply_id": record.id, "owner": record.owner, "data": logs[record.id]}
        for record in records
        if record.id in logs
    ]
    if data:
        db.execute(_SAVE_LOG, data)


def load_log(db: Connection, owner: str, reply_id: str) -> bytes | None:
    """A reply's recorded log; None where there is none to be seen."""
    data: bytes | None = db.scalar(
        select(reply_logs.c.data)
        .join_from(reply_logs, replies, reply_logs.c.reply_id == replies.c.id)
        .join(messages, replies.c.message_id == messages.c.id)
        .join(conversations, replies.c.conversation_id == conversations.c.id)
        .where(
            replies.c.id == reply_id,
            replies.c.owner == owner,
            messages.c.deleted_at.is_(None),
            conversations.c.deleted_at.is_(None),
        )
    )
    return data


def load_tree(db: Connection, owner: str, conversation_id: str, shelf: ImageShelf) -> Tree | None:
    """The conversation without what was deleted; None where it is not to be seen at all."""
    held = db.execute(
        select(conversations).where(
            conversations.c.id == conversation_id,
            conversations.c.owner == owner,
            conversations.c.deleted_at.is_(None),
        )
    ).one_or_none()
    if held is None:
        return None
    said = db.execute(
        select(messages)
        .where(messages.c.conversation_id == conversation_id)
        .order_by(messages.c.number)
    ).all()
    answers = db.execute(
        select(replies)
        .join(messages, replies.c.message_id == messages.c.id)
        .where(replies.c.conversation_id == conversation_id, messages.c.deleted_at.is_(None))
        .order_by(replies.c.number)
    )
    images = shelf.of_conversation(db, conversation_id)
    tree = Tree(
        conversation_of(held),
        tuple(user_of(row, images.get(row.id, ())) for row in said if row.deleted_at is None),
        tuple(reply_of(row) for row in answers),
        held.leaf_id,
    )
    if held.leaf_id is None or any(reply.id == held.leaf_id for reply in tree.replies):
        return tree
    parents = {row.id: row.parent_id for row in said}
    return Tree(tree.conversation, tree.users, tree.replies, _leaf_left(db, tree, parents))


def _leaf_left(db: Connection, tree: Tree, parents: Mapping[str, str | None]) -> str | None:
    """Where the path ends now that its end was deleted: below what is left of it."""
    pairs = db.execute(
        select(replies.c.id, replies.c.message_id).where(
            replies.c.conversation_id == tree.conversation.id
        )
    )
    answered = {row.id: row.message_id for row in pairs}
    visible = {reply.id for reply in tree.replies}
    node = tree.leaf_id
    while node is not None and node not in visible:
        node = parents.get(answered.get(node, ""))
    return None if node is None else leaf_below(tree, node)


def _open_conversation(db: Connection, conversation: Conversation) -> None:
    """Makes the conversation if it is new; a title that is there stays.

    The row is locked for the rest of the transaction, so that two of the same conversation's
    turns come one after the other.
    """
    insert_new(db, conversations, conversation_row(conversation, conversation.updated_at))
    held = db.execute(
        select(conversations.c.owner, conversations.c.deleted_at)
        .where(conversations.c.id == conversation.id)
        .with_for_update()
    ).one()
    if held.owner != conversation.owner or held.deleted_at is not None:
        raise StoreRefused("Unknown conversation.")


def _is_in(db: Connection, table: Table, row_id: str, conversation_id: str) -> bool:
    """Whether the row exists; one of another conversation is refused."""
    place = db.scalar(select(table.c.conversation_id).where(table.c.id == row_id))
    if place not in {None, conversation_id}:
        raise StoreRefused("Unknown conversation.")
    return place is not None


def _check_parent(db: Connection, reply_id: str, conversation_id: str) -> None:
    """Refuses to follow a reply that is not to be seen in the conversation."""
    visible = (
        select(replies.c.id)
        .join(messages, replies.c.message_id == messages.c.id)
        .where(
            replies.c.id == reply_id,
            replies.c.conversation_id == conversation_id,
            messages.c.deleted_at.is_(None),
        )
    )
    if db.scalar(visible) is None:
        raise StoreRefused("The message follows an unknown reply.")
