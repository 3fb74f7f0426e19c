"""What no visitor asks for: signs of life, answers of dead processes, deletions for good."""

import os
import secrets
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, case, delete, func, or_, select, update

from chat.stores import batches, comparison_rows, stops
from chat.stores.rows import insert_new
from chat.stores.schema import (
    conversations,
    message_images,
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
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When that was deleted which no one may take back."""


def new_process_id() -> str:
    """An id for this process: where it runs, its number there, and something random."""
    return f"{_place()} {os.getpid()} {secrets.token_urlsafe(9)}"


def has_gone(process_id: str) -> bool:
    """Whether a process is seen to have ended; only one of this machine can be looked for."""
    place, _, rest = process_id.partition(" ")
    number = rest.partition(" ")[0]
    if place != _place() or not number.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)  # asks only
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _place() -> str:
    """This machine, and the container on it: equal numbers elsewhere are other processes."""
    try:
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        namespace = 0
    return f"{socket.gethostname()}/{namespace}"


def beat(db: Connection, process_id: str, now: datetime) -> None:
    """Writes a process's sign of life."""
    insert_new(db, processes, {"id": process_id, "beat_at": now})
    db.execute(update(processes).where(processes.c.id == process_id).values(beat_at=now))


def mark_interrupted(db: Connection, process_id: str, now: datetime) -> int:
    """Ends the running replies of processes that have gone or show no sign of life any more.

    The end of such an answer was seen by nobody: `total_s` is the time until the last delta that
    was saved, on the dead process's own clock, and NULL where none came.
    """
    db.execute(
        delete(processes).where(
            processes.c.beat_at < now - DEAD_AFTER, processes.c.id != process_id
        )
    )
    for other in db.scalars(select(processes.c.id).where(processes.c.id != process_id)).all():
        if has_gone(other):
            db.execute(delete(processes).where(processes.c.id == other))
    # This process may have been thought dead itself, while its machine slept.
    living = select(processes.c.id)
    is_ours = replies.c.process_id == process_id
    reasoned_first = or_(replies.c.ttft_s.is_(None), replies.c.first_reasoning_s < replies.c.ttft_s)
    first_s = case((reasoned_first, replies.c.first_reasoning_s), else_=replies.c.ttft_s)
    ended = db.execute(
        update(replies)
        .where(
            replies.c.outcome.is_(None),
            or_(replies.c.process_id.is_(None), replies.c.process_id.not_in(living) & ~is_ours),
        )
        .values(
            outcome="interrupted",
            failure_kind="interrupted",
            failure_detail="",
            total_s=func.coalesce(
                replies.c.total_s,
                first_s
                + replies.c.decode_s
                + func.coalesce(replies.c.retry_s, 0)
                + func.coalesce(replies.c.reconnect_s, 0),
            ),
            updated_at=now,
        )
    )
    stops.forget(db)
    return ended.rowcount


def purge(db: Connection, deadline: datetime) -> None:
    """Removes for good what was deleted before; the index forgets it by its triggers."""
    gone = select(conversations.c.id).where(conversations.c.deleted_at < deadline)
    # What follows from a deleted message was deleted with it or before it, so nothing is orphaned.
    said = select(messages.c.id).where(
        or_(messages.c.deleted_at < deadline, messages.c.conversation_id.in_(gone))
    )
    answered = select(replies.c.id).where(replies.c.message_id.in_(said))
    db.execute(delete(reply_logs).where(reply_logs.c.reply_id.in_(answered)))
    db.execute(delete(replies).where(replies.c.message_id.in_(said)))
    db.execute(delete(message_images).where(message_images.c.message_id.in_(said)))
    db.execute(delete(messages).where(messages.c.id.in_(said)))
    db.execute(delete(queued_messages).where(queued_messages.c.conversation_id.in_(gone)))
    db.execute(delete(conversations).where(conversations.c.deleted_at < deadline))
    comparison_rows.purge(db, deadline)
    batches.purge(db, deadline)
