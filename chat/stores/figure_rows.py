"""Which replies count for the metrics page, and how they are read from the tables.

What is packed and not marked is read as it was packed, all else row by row.
"""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal, select

from chat.figures import EVERYBODY
from chat.stores.columns import as_id
from chat.stores.database import AS_BYTES
from chat.stores.figure_columns import OldPack, from_bytes, table_of
from chat.stores.figure_tables import packed_figures, stale_figures
from chat.stores.schema import conversations, messages, replies

LEAST_PACKED = 64
"""A day or an hour of fewer replies is as quickly read row by row."""
_DAY_CHARS = len("2030-05-01")
_HOUR_CHARS = len("2030-05-01 13")
_RAW = tuple(
    replies.c[name]
    for name in (
        "number",
        "started_at",
        "model",
        "upstream_provider",
        "outcome",
        "failure_kind",
        "ttft_s",
        "tok_s",
        "total_s",
        "cost_usd",
        "prompt_tokens",
        "completion_tokens",
        "text_chars",
        "reasoning_chars",
    )
)


def read(
    db: Connection, owner: str, since: datetime | None, until: datetime
) -> "Iterator[pa.Table]":
    """The owner's visible ended replies that began between two moments, and some around them.

    In the order in which they began, a piece at a time.
    """
    gap = since or _first(db, owner)
    if gap is None:
        return
    day = ""
    # One at a time: PostgreSQL's driver would hold them all.
    options = {"yield_per": 1, AS_BYTES: True}
    for row in db.execute(_packed(owner, gap, until), execution_options=options):
        if row.span[:_DAY_CHARS] == day:  # an hour of a day that is packed
            continue
        with contextlib.suppress(OldPack):
            table = from_bytes(row.data)
            begins, ends = ends_of(row.span)
            if begins > gap:
                yield table_of(db.execute(raw(owner, gap, begins)))
            yield table
            gap, day = max(gap, ends), row.span
    if gap < until:
        yield table_of(db.execute(raw(owner, gap, until)))


def raw(owner: str, since: datetime, until: datetime) -> Select[tuple[object, ...]]:
    """The columns that figures are made of, row by row."""
    return (
        select(*_RAW)
        .join(messages, replies.c.message_id == messages.c.id)
        .join(conversations, replies.c.conversation_id == conversations.c.id)
        .where(
            *owned(owner),
            replies.c.outcome.is_not(None),
            replies.c.started_at >= since,
            replies.c.started_at < until,
            messages.c.deleted_at.is_(None),
            conversations.c.deleted_at.is_(None),
        )
        .order_by(replies.c.started_at)
    )


def owned(owner: str) -> list[ColumnElement[bool]]:
    """That a reply is the owner's; no condition where everybody's are meant."""
    return [] if owner == EVERYBODY else [replies.c.owner == as_id(owner)]


def unpacked(db: Connection, now: datetime, *, for_everybody: bool) -> list[tuple[str, str]]:
    """Owners, and the days and hours of theirs that are to be packed: busy and past ones."""
    today = moment(f"{now:%Y-%m-%d}")
    good = {(row.owner, row.span) for row in db.execute(select(*_KEY).where(~_is_marked()))}
    wanted = {(row.owner, row.span) for row in db.execute(select(*_KEY).where(_is_marked()))}
    for chars, since, until in (
        (_DAY_CHARS, None, today),
        (_HOUR_CHARS, today, now.replace(minute=0, second=0, microsecond=0)),
    ):
        for query in _busy(db, chars, since, until, for_everybody=for_everybody):
            wanted |= {(row.owner, row.span) for row in db.execute(query)}
    # An hour that is in a packed day is not packed for itself.
    return sorted(key for key in wanted - good if (key[0], key[1][:_DAY_CHARS]) not in good)


def ends_of(span: str) -> tuple[datetime, datetime]:
    """When a day or an hour begins, and when it ends."""
    begins = moment(span)
    return begins, begins + timedelta(**({"days": 1} if len(span) == _DAY_CHARS else {"hours": 1}))


def moment(span: str) -> datetime:
    """The beginning of a day or an hour."""
    return datetime.fromisoformat(span).replace(tzinfo=UTC)


def _busy(
    db: Connection, chars: int, since: datetime | None, until: datetime, *, for_everybody: bool
) -> list[Select[str, str]]:
    span = _span(db, chars)
    counted = (
        select(replies.c.owner.label("owner"), span.label("span"), func.count().label("replies"))
        .where(replies.c.started_at < until, *([replies.c.started_at >= since] if since else []))
        .group_by(replies.c.owner, span)
        .subquery()
    )
    each = select(counted.c.owner, counted.c.span).where(counted.c.replies >= LEAST_PACKED)
    summed = (
        select(literal(EVERYBODY).label("owner"), counted.c.span)
        .group_by(counted.c.span)
        .having(func.sum(counted.c.replies) >= LEAST_PACKED)
    )
    return [each, summed] if for_everybody else [each]


def _span(db: Connection, chars: int) -> ColumnElement[str]:
    """The day of UTC on which a reply began, or the hour, as the triggers write it."""
    if db.dialect.name == "sqlite":
        return func.substr(replies.c.started_at, 1, chars)
    form = "YYYY-MM-DD" if chars == _DAY_CHARS else "YYYY-MM-DD HH24"
    return func.to_char(func.timezone("UTC", replies.c.started_at), form)


_KEY = (packed_figures.c.owner, packed_figures.c.span)


def _is_marked() -> ColumnElement[bool]:
    return exists().where(
        stale_figures.c.owner == packed_figures.c.owner,
        stale_figures.c.span == packed_figures.c.span,
    )


def _first(db: Connection, owner: str) -> datetime | None:
    first = select(func.min(replies.c.started_at)).where(*owned(owner))
    at: datetime | None = db.scalar(first)
    return at


def _packed(owner: str, since: datetime, until: datetime) -> Select[str, bytes]:
    """The packed days and hours between two moments that are true, in order."""
    return (
        select(packed_figures.c.span, packed_figures.c.data)
        .where(
            packed_figures.c.owner == owner,
            packed_figures.c.span >= f"{since:%Y-%m-%d}",
            packed_figures.c.span <= f"{until:%Y-%m-%d %H}",
            ~_is_marked(),
        )
        .order_by(packed_figures.c.span)
    )
