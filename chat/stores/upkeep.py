"""What no visitor asks for: signs of life, answers of dead processes, deletions for good."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, func, or_, select, update

from chat.stores.rows import insert_new
from chat.stores.schema import (
    conversations,
    messages,
    processes,
    queued_messages,
    replies,
    reply_logs,
)

DEAD_AFTER = timedelta(seconds=15)
"""How old the last sign of life of a process may be."""
KEEP_DELETED = timedelta(days=7)
"""How long a deletion can be taken back."""


def beat(db: Connection, process_id: str, now: datetime) -> None:
    """Writes a process's sign of life."""
    insert_new(db, processes, {"id": process_id, "beat_at": now})
    db.execute(update(processes).where(processes.c.id == process_id).values(beat_at=now))


def mark_interrupted(db: Connection, process_id: str, now: datetime) -> int:
    """Ends the running replies of this process and of those that show no sign of life.

    The end of such an answer was seen by nobody: `total_s` is the time until the last delta that
    was saved, on the dead process's own clock, and NULL where none came.
    """
    db.execute(
        delete(processes).where(
            processes.c.beat_at < now - DEAD_AFTER, processes.c.id != process_id
        )
    )
    others = select(processes.c.id).where(processes.c.id != process_id)
    reasoned_first = or_(replies.c.ttft_s.is_(None), replies.c.first_reasoning_s < replies.c.ttft_s)
    first_s = case((reasoned_first, replies.c.first_reasoning_s), else_=replies.c.ttft_s)
    ended = db.execute(
        update(replies)
        .where(
            replies.c.outcome.is_(None),
            or_(replies.c.process_id.is_(None), replies.c.process_id.not_in(others)),
        )
        .values(
            outcome="interrupted",
            failure_kind="interrupted",
            failure_detail="",
            total_s=func.coalesce(replies.c.total_s, first_s + replies.c.decode_s),
            updated_at=now,
        )
    )
    return ended.rowcount


def purge(db: Connection, now: datetime) -> None:
    """Removes for good what was deleted long ago; the index forgets it by its triggers."""
    deadline = now - KEEP_DELETED
    gone = select(conversations.c.id).where(conversations.c.deleted_at < deadline)
    # What follows from a deleted message was deleted with it or before it, so nothing is orphaned.
    said = select(messages.c.id).where(
        or_(messages.c.deleted_at < deadline, messages.c.conversation_id.in_(gone))
    )
    answered = select(replies.c.id).where(replies.c.message_id.in_(said))
    db.execute(delete(reply_logs).where(reply_logs.c.reply_id.in_(answered)))
    db.execute(delete(replies).where(replies.c.message_id.in_(said)))
    db.execute(delete(messages).where(messages.c.id.in_(said)))
    db.execute(delete(queued_messages).where(queued_messages.c.conversation_id.in_(gone)))
    db.execute(delete(conversations).where(conversations.c.deleted_at < deadline))
