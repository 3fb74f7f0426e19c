"""Which replies count for the metrics page, and how they are read from the tables.

Days that are packed and not marked are read as they were packed, all others row by row.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal, select

from chat.figures import EVERYBODY
from chat.stores.columns import as_id
from chat.stores.figure_columns import OldPack, from_bytes, table_of
from chat.stores.figure_tables import figure_days, stale_figure_days
from chat.stores.schema import conversations, messages, replies

LEAST_PACKED = 64
"""A day of fewer replies is as quickly read row by row."""
_DAY = timedelta(days=1)
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


def read(db: Connection, owner: str, since: datetime | None, until: datetime) -> "list[pa.Table]":
    """The owner's visible ended replies that began between two moments, and some around them."""
    since = since or _first(db, owner)
    if since is None:
        return []
    packed = _packed(db, owner, since, until)
    return [
        *packed.values(),
        *(
            table_of(db.execute(raw(owner, begins, ends)))
            for begins, ends in _gaps(sorted(packed), since, until)
        ),
    ]


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
    )


def owned(owner: str) -> list[ColumnElement[bool]]:
    """That a reply is the owner's; no condition where everybody's are meant."""
    return [] if owner == EVERYBODY else [replies.c.owner == as_id(owner)]


def unpacked(db: Connection, today: str, *, for_everybody: bool) -> list[tuple[str, str]]:
    """Owners and past days that are to be packed: busy ones, and those that are marked."""
    day = day_of(db)
    counted = (
        select(replies.c.owner.label("owner"), day.label("day"), func.count().label("replies"))
        .group_by(replies.c.owner, day)
        .subquery()
    )
    wanted = [select(counted.c.owner, counted.c.day).where(counted.c.replies >= LEAST_PACKED)]
    if for_everybody:
        summed = func.sum(counted.c.replies)
        wanted.append(
            select(literal(EVERYBODY), counted.c.day)
            .group_by(counted.c.day)
            .having(summed >= LEAST_PACKED)
        )
    good = {(row.owner, row.day) for row in db.execute(select(*_KEY).where(~_is_marked()))}
    marked = db.execute(select(*_KEY).where(_is_marked()))
    found = {(row[0], row[1]) for query in wanted for row in db.execute(query)}
    found |= {(row.owner, row.day) for row in marked}
    return sorted(key for key in found - good if key[1] < today)


def day_of(db: Connection) -> ColumnElement[str]:
    """The day of UTC on which a reply began, as the triggers write it."""
    if db.dialect.name == "sqlite":
        return func.substr(replies.c.started_at, 1, 10)
    return func.to_char(func.timezone("UTC", replies.c.started_at), "YYYY-MM-DD")


def moment(day: str) -> datetime:
    """The beginning of a day."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


_KEY = (figure_days.c.owner, figure_days.c.day)


def _is_marked() -> ColumnElement[bool]:
    return exists().where(
        stale_figure_days.c.owner == figure_days.c.owner,
        stale_figure_days.c.day == figure_days.c.day,
    )


def _first(db: Connection, owner: str) -> datetime | None:
    first = select(func.min(replies.c.started_at)).where(*owned(owner))
    at: datetime | None = db.scalar(first)
    return at


def _packed(db: Connection, owner: str, since: datetime, until: datetime) -> "dict[str, pa.Table]":
    """The packed days between two moments that are true, by their day."""
    days = select(figure_days.c.day, figure_days.c.data).where(
        figure_days.c.owner == owner,
        figure_days.c.day >= f"{since:%Y-%m-%d}",
        figure_days.c.day <= f"{until:%Y-%m-%d}",
        ~_is_marked(),
    )
    tables: dict[str, pa.Table] = {}
    for row in db.execute(days):
        try:
            tables[row.day] = from_bytes(row.data)
        except OldPack:
            continue
    return tables


def _gaps(
    days: Sequence[str], since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches between two moments that no packed day covers."""
    begins = since
    for day in days:
        if moment(day) > begins:
            yield begins, moment(day)
        begins = max(begins, moment(day) + _DAY)
    if begins < until:
        yield begins, until
