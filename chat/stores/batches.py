"""Batches as rows: their prompts, lanes, and which answers were asked for; the `BatchStore` port.

What is answered is written as any other turn.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from chat.batch import Batch, BatchLine, Item, OpenedBatch
from chat.conversations import ReplyRecord, title_of
from chat.stores.batch_tables import batch_items, batches
from chat.stores.columns import as_id
from chat.stores.comparison_rows import setup_of
from chat.stores.faults import in_plain_words
from chat.stores.lists import FIGURES
from chat.stores.part_of_store import PartOfStore
from chat.stores.rows import reply_of
from chat.stores.schema import conversations, processes, replies


class SqlBatches(PartOfStore):
    """Batches in SQLite and PostgreSQL; one transaction for each call.

    Args:
        reader, writer, now: As `PartOfStore`.
        process_id: This process, as its signs of life name it.
    """

    def __init__(
        self, reader: Engine, writer: Engine, now: Callable[[], datetime], process_id: str
    ) -> None:
        super().__init__(reader, writer, now)
        self._process_id = process_id

    @in_plain_words
    def add(self, batch: Batch, items: Sequence[Item]) -> None:
        """Saves a new batch."""
        row = {
            "id": batch.id,
            "owner": batch.owner,
            "created_at": batch.created_at,
            "setups": json.dumps([asdict(setup) for setup in batch.setups]),
            "prompts": json.dumps(batch.prompts),
            "at_once": batch.at_once,
            "is_paused": batch.is_paused,
        }
        with self._writer.begin() as db:
            db.execute(insert(batches).values(row))
            db.execute(insert(batch_items), [_item_row(batch.id, item) for item in items])

    @in_plain_words
    def load(self, owner: str, batch_id: str, *, with_texts: bool) -> OpenedBatch | None:
        """The batch with its newest answers; None where the owner has no such one."""
        with self._reader.begin() as db:
            row = db.execute(
                select(batches).where(
                    batches.c.id == as_id(batch_id),
                    batches.c.owner == owner,
                    batches.c.deleted_at.is_(None),
                )
            ).one_or_none()
            if row is None:
                return None
            items = _items(db, row.id)
            newest = _newest_replies(db, row.id, with_texts=with_texts)
        batch = Batch(
            row.id,
            row.owner,
            row.created_at,
            tuple(map(setup_of, json.loads(row.setups))),
            tuple(json.loads(row.prompts)),
            row.at_once,
            row.is_paused,
        )
        answered = (replace(item, reply=newest.get(item.id)) for item in items)
        return OpenedBatch(batch, tuple(answered))

    @in_plain_words
    def list_newest(self, owner: str, limit: int) -> list[BatchLine]:
        """The newest batches, newest first, each under its first prompt."""
        with self._reader.begin() as db:
            found = db.execute(
                select(batches.c.id, batches.c.prompts, batches.c.created_at)
                .where(batches.c.owner == owner, batches.c.deleted_at.is_(None))
                .order_by(batches.c.number.desc())
                .limit(limit)
            )
            return [
                BatchLine(row.id, title_of(json.loads(row.prompts)[0]), row.created_at)
                for row in found
            ]

    @in_plain_words
    def set_paused(self, owner: str, batch_id: str, *, is_paused: bool) -> None:
        """Keeps whether anything more is to be asked."""
        with self._writer.begin() as db:
            db.execute(
                update(batches)
                .where(batches.c.id == as_id(batch_id), batches.c.owner == owner)
                .values(is_paused=is_paused)
            )

    @in_plain_words
    def hold(self, owner: str, batch_id: str) -> bool:
        """Makes this process the one that runs the batch; False while another does, and lives."""
        free = (
            batches.c.id == as_id(batch_id),
            batches.c.owner == owner,
            or_(
                batches.c.run_by.is_(None),
                batches.c.run_by == self._process_id,
                batches.c.run_by.not_in(select(processes.c.id)),
            ),
        )
        # Looked for without the writer's lock: who watches a batch asks again and again.
        with self._reader.begin() as db:
            if db.scalar(select(batches.c.id).where(*free)) is None:
                return False
        with self._writer.begin() as db:
            held = db.execute(update(batches).where(*free).values(run_by=self._process_id))
            return held.rowcount == 1

    @in_plain_words
    def let_go(self, batch_id: str) -> None:
        """Lets another process run the batch."""
        with self._writer.begin() as db:
            db.execute(
                update(batches)
                .where(batches.c.id == as_id(batch_id), batches.c.run_by == self._process_id)
                .values(run_by=None)
            )

    @in_plain_words
    def claim(self, item: Item) -> bool:
        """Counts one more try; False where it is not for this process, or not at all."""
        asks_on = select(batches.c.id).where(
            batches.c.is_paused.is_(False),
            batches.c.deleted_at.is_(None),
            batches.c.run_by == self._process_id,
        )
        with self._writer.begin() as db:
            claimed = db.execute(
                update(batch_items)
                .where(
                    batch_items.c.id == item.id,
                    batch_items.c.tries == item.tries,
                    batch_items.c.batch_id.in_(asks_on),
                )
                .values(tries=item.tries + 1)
            )
            return claimed.rowcount == 1

    @in_plain_words
    def release(self, item: Item) -> None:
        """Takes a claim back: nothing was asked."""
        with self._writer.begin() as db:
            db.execute(
                update(batch_items)
                .where(batch_items.c.id == item.id, batch_items.c.tries == item.tries + 1)
                .values(tries=item.tries)
            )

    @in_plain_words
    def delete(self, owner: str, batch_id: str) -> None:
        """Hides a batch with its answers; for good a week later."""
        with self._writer.begin() as db:
            hidden = db.execute(
                update(batches)
                .where(batches.c.id == as_id(batch_id), batches.c.owner == owner)
                .values(deleted_at=self._now())
            )
            if hidden.rowcount:
                own = select(batch_items.c.id).where(batch_items.c.batch_id == batch_id)
                db.execute(
                    update(conversations)
                    .where(conversations.c.id.in_(own))
                    .values(deleted_at=self._now())
                )


def purge(db: Connection, deadline: datetime) -> None:
    """Removes for good what was deleted before then.

    An answer that was begun just as its batch was deleted is deleted now, at that batch's time.
    """
    gone = select(batches.c.id).where(batches.c.deleted_at < deadline)
    left = select(batch_items.c.id).where(batch_items.c.batch_id.in_(gone))
    db.execute(
        update(conversations)
        .where(conversations.c.id.in_(left), conversations.c.deleted_at.is_(None))
        .values(deleted_at=deadline)
    )
    db.execute(delete(batch_items).where(batch_items.c.batch_id.in_(gone)))
    db.execute(delete(batches).where(batches.c.deleted_at < deadline))


def _item_row(batch_id: str, item: Item) -> dict[str, object]:
    return {
        "id": item.id,
        "batch_id": batch_id,
        "prompt": item.prompt,
        "lane": item.lane,
        "message_id": item.message_id,
        "tries": item.tries,
    }


def _items(db: Connection, batch_id: str) -> list[Item]:
    found = db.execute(
        select(batch_items).where(batch_items.c.batch_id == batch_id).order_by(batch_items.c.number)
    )
    return [Item(row.id, row.prompt, row.lane, row.message_id, row.tries) for row in found]


def _newest_replies(
    db: Connection, batch_id: str, *, with_texts: bool
) -> Mapping[str, ReplyRecord]:
    """The newest answer of each item that has one, by the item's id."""
    columns = replies.c if with_texts else FIGURES
    found = db.execute(
        select(*columns)
        .join(batch_items, replies.c.message_id == batch_items.c.message_id)
        .where(batch_items.c.batch_id == batch_id)
        .order_by(replies.c.number)
    )
    return {row.conversation_id: reply_of(row) for row in found}
