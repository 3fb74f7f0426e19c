"""The `Measured` port on SQLite and PostgreSQL, and what answers have cost."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine, or_, select, update

from chat.conversations import ReplyRecord
from chat.measured import Usual
from chat.measures import PaintFigures, UpstreamSays, quantile
from chat.stores import lists
from chat.stores.columns import as_id
from chat.stores.faults import in_plain_words
from chat.stores.rows import painted_row, reply_of, said_row
from chat.stores.schema import conversations, messages, replies

NEWEST = 100
"""Over how many answers a median is."""


class SqlMeasured:
    """See `chat.measured.Measured`; one transaction for each call.

    Args:
        reader: For transactions that only read.
        writer: For those that write.
    """

    def __init__(self, reader: Engine, writer: Engine) -> None:
        self._reader = reader
        self._writer = writer

    @in_plain_words
    def save_painted(self, owner: str, reply_id: str, painted: PaintFigures) -> None:
        """Writes how a browser showed a reply; an unknown or foreign one is passed over."""
        self._save(owner, reply_id, painted_row(painted))

    @in_plain_words
    def save_says(self, owner: str, reply_id: str, says: UpstreamSays) -> None:
        """Writes what the upstream says of a reply; likewise."""
        self._save(owner, reply_id, said_row(says))

    @in_plain_words
    def load_reply(self, owner: str, reply_id: str) -> ReplyRecord | None:
        """An ended reply with its text; None where it is unknown, deleted or another owner's."""
        query = (
            select(replies)
            .join(messages, replies.c.message_id == messages.c.id)
            .join(conversations, replies.c.conversation_id == conversations.c.id)
            .where(
                replies.c.id == as_id(reply_id),
                replies.c.owner == owner,
                replies.c.outcome.is_not(None),
                messages.c.deleted_at.is_(None),
                conversations.c.deleted_at.is_(None),
            )
        )
        with self._reader.begin() as db:
            found = db.execute(query).one_or_none()
        return reply_of(found) if found is not None else None

    @in_plain_words
    def usual(self, owner: str, model: str) -> Usual:
        """The medians over the newest `NEWEST` completed answers; walks an index."""
        query = (
            select(replies.c.ttft_s, replies.c.tok_s)
            .where(
                replies.c.owner == owner,
                replies.c.model == model,
                replies.c.outcome == "completed",
            )
            .order_by(replies.c.started_at.desc())
            .limit(NEWEST)
        )
        with self._reader.begin() as db:
            rows = db.execute(query).all()
        ttfts_s = sorted(row.ttft_s for row in rows if row.ttft_s is not None)
        paces = sorted(row.tok_s for row in rows if row.tok_s is not None)
        return Usual(len(rows), quantile(ttfts_s, 0.5), quantile(paces, 0.5))

    def _save(self, owner: str, reply_id: str, columns: Mapping[str, object]) -> None:
        is_own = or_(replies.c.owner == owner, replies.c.former_owner == owner)
        with self._writer.begin() as db:
            db.execute(
                update(replies).where(replies.c.id == as_id(reply_id), is_own).values(**columns)
            )

    @in_plain_words
    def spent_usd(
        self,
        owner: str | None,
        since: datetime,
        until: datetime,
        free: Sequence[str],
        guess_usd: float,
    ) -> float:
        """What answers have cost in USD; see `lists.spent_usd`."""
        query = lists.spent_usd(owner, since, until, free, guess_usd)
        with self._reader.begin() as db:
            return float(db.execute(query).scalar_one())
