"""Stopping an answer that another process on the same database is writing."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, or_, select

from chat.stores.rows import insert_new
from chat.stores.schema import replies, stops


def ask(reader: Engine, writer: Engine, owner: str, reply_id: str) -> None:
    """Asks for a running answer of the owner's to be stopped; nothing else is ever written."""
    is_running = select(replies.c.id).where(
        replies.c.id == reply_id,
        or_(replies.c.owner == owner, replies.c.former_owner == owner),
        replies.c.outcome.is_(None),
    )
    # Looked for without the writer's lock, so that asking for the impossible costs nobody anything.
    with reader.begin() as db:
        if db.scalar(is_running) is None:
            return
    with writer.begin() as db:
        insert_new(db, stops, {"reply_id": reply_id})


def asked(db: Connection, reply_ids: Sequence[str]) -> set[str]:
    """Which of the answers are to be stopped."""
    return set(db.scalars(select(stops.c.reply_id).where(stops.c.reply_id.in_(reply_ids))))


def forget(db: Connection) -> None:
    """Lets go of the stops of answers that have ended."""
    running = select(replies.c.id).where(replies.c.outcome.is_(None))
    db.execute(delete(stops).where(stops.c.reply_id.not_in(running)))
