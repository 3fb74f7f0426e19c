"""The metrics page's questions to SQLite or PostgreSQL.

How it is fast: the figures of each past day, and of today's past hours, are packed in columns into
a row of the table `packed_figures`, for each owner who was busy then. A view reads some dozens of
such rows instead of a million replies; what is not packed, as the present hour, is read row by row.
Triggers mark what is not true any more, so that nothing deleted, changed or handed over is shown.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select

from chat.conversations import ReplyRecord
from chat.figures import EVERYBODY
from chat.stores import figure_rows
from chat.stores.faults import in_plain_words
from chat.stores.figure_columns import Columns, table_of, to_bytes
from chat.stores.figure_sums import Span
from chat.stores.figure_tables import PACKING_LOCK, packed_figures, stale_figures
from chat.stores.lists import FIGURES
from chat.stores.part_of_store import PartOfStore
from chat.stores.rows import reply_of
from chat.stores.schema import replies

PIECE = 500
"""Numbers of replies in one query."""


class SqlFigures(PartOfStore):
    """Sums over replies; every method raises `StoreError` as the store's do."""

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], datetime]) -> None:
        super().__init__(reader, writer, now)
        self._threads = ThreadPoolExecutor(2, "figures")  # see `Span`

    @in_plain_words
    def read(self, owner: str, since: datetime | None, until: datetime) -> Span:
        """The replies that began between two moments, and as long before."""
        earlier = since and since - (until - since)
        columns = self._threads.submit(self._columns, owner, earlier, until).result()
        return Span(columns, since, until, self._threads)

    def _columns(self, owner: str, since: datetime | None, until: datetime) -> Columns:
        with self._reader.begin() as db:
            return Columns.of(figure_rows.read(db, owner, since, until))

    @in_plain_words
    def load(self, owner: str, numbers: Sequence[int]) -> list[ReplyRecord]:
        """The owner's replies of these numbers; `text` and `reasoning` are ""."""
        found: dict[int, ReplyRecord] = {}
        with self._reader.begin() as db:
            for first in range(0, len(numbers), PIECE):
                piece = numbers[first : first + PIECE]
                query = select(*FIGURES).where(replies.c.number.in_(piece))
                found |= {row.number: reply_of(row) for row in db.execute(query)}
        # Looked at here: SQLite would walk through all replies of the owner instead.
        found = {n: reply for n, reply in found.items() if owner in {EVERYBODY, reply.owner}}
        return [found[number] for number in numbers if number in found]

    @in_plain_words
    def newest_change(self, owner: str, since: datetime) -> str:
        """When one of the owner's replies that began since then was changed; how many there are."""
        recent = select(func.max(replies.c.updated_at), func.count()).where(
            *figure_rows.owned(owner),
            replies.c.started_at >= since,
            replies.c.outcome.is_not(None),
        )
        with self._reader.begin() as db:
            return " ".join(map(str, db.execute(recent).one()))

    @in_plain_words
    def pack(self, *, for_everybody: bool) -> int:
        """Packs what is past, and not packed yet or not true any more; gives the number of spans.

        Each is a transaction of its own. PostgreSQL passes over those that are written just now.
        """
        with self._reader.begin() as db:
            wanted = figure_rows.unpacked(db, self._now(), for_everybody=for_everybody)
        return sum(self._pack(owner, span) for owner, span in wanted)

    def _pack(self, owner: str, span: str) -> bool:
        begins, ends = figure_rows.ends_of(span)
        with self._writer.begin() as db:
            if db.dialect.name == "postgresql" and not db.scalar(
                select(func.pg_try_advisory_xact_lock(PACKING_LOCK))
            ):
                return False
            data = to_bytes(table_of(db.execute(figure_rows.raw(owner, begins, ends))))
            for table in (packed_figures, stale_figures):
                # A day replaces its hours.
                is_within = table.c.span.startswith(span, autoescape=True)
                db.execute(delete(table).where(table.c.owner == owner, is_within))
            db.execute(insert(packed_figures).values(owner=owner, span=span, data=data))
        return True
