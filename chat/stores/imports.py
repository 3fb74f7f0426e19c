"""Saves whole conversations that came from a file.

A large file takes seconds to write, and SQLite has one writer at a time. So it is written in
pieces, between which others write, into conversations that are hidden as deleted ones are; one
short transaction at the end shows them all.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from chat.errors import StoreError, StoreRefused
from chat.stores.images import image_rows
from chat.stores.rows import conversation_row, message_row, reply_row
from chat.stores.schema import conversations, message_images, messages, replies
from chat.stores.upkeep import KEEP_DELETED
from chat.tree import Tree

PIECE_CHARS = 250_000
"""Text that one transaction writes, unless a single message is longer."""
_ROW_CHARS = 250
"""What a row costs besides its text."""
PAUSE_S = 0.05
"""Time between two pieces, in seconds: more than SQLite lets a waiting writer sleep between its
looks at the lock (https://www.sqlite.org/src/file?name=src/main.c, `sqliteDefaultBusyCallback`),
unless it has waited longer than a piece takes."""
_ABANDONED_AFTER = timedelta(hours=1)
"""When what a killed process left hidden may be swept, by the next opening of the database."""
_BATCH_IDS = 500

Sleep = Callable[[float], object]


@dataclass(slots=True)
class _Piece:
    """Rows for one transaction; each comes after what it refers to."""

    rows: dict[Table, list[dict[str, object]]] = field(
        default_factory=lambda: {
            conversations: [],
            messages: [],
            message_images: [],
            replies: [],
        }
    )
    chars: int = 0

    def add(self, table: Table, row: dict[str, object], chars: int = 0) -> None:
        self.rows[table].append(row)
        self.chars += chars + _ROW_CHARS


def add_trees(writer: Engine, trees: Sequence[Tree], now: datetime, sleep: Sleep) -> None:
    """Saves conversations whose ids are all new; seen are all of them or none.

    Raises:
        StoreRefused: a part belongs to another owner or conversation, or comes before what it
            follows.
    """
    for tree in trees:
        _check(tree)
    kept: list[str] = []
    try:
        for piece in _pieces(trees, now):
            with writer.begin() as db:
                for table, rows in piece.rows.items():
                    if rows:
                        db.execute(insert(table), rows)
            kept += [str(row["id"]) for row in piece.rows[conversations]]
            sleep(PAUSE_S)
        with writer.begin() as db:
            _show(db, kept)
    except BaseException:  # a stop of the server, too: nothing half-imported, then it goes on up
        # Where this fails, too, what is left is swept later.
        with contextlib.suppress(SQLAlchemyError):
            _remove(writer, kept)
        raise


def _pieces(trees: Sequence[Tree], now: datetime) -> Iterator[_Piece]:
    hidden = {"deleted_at": now - KEEP_DELETED + _ABANDONED_AFTER}
    piece = _Piece()
    for table, row, chars in _rows(trees, now):
        piece.add(table, row | hidden if table is conversations else row, chars)
        if piece.chars >= PIECE_CHARS:
            yield piece
            piece = _Piece()
    yield piece


def _rows(trees: Sequence[Tree], now: datetime) -> Iterator[tuple[Table, dict[str, object], int]]:
    """Each row with the length of its text, after those that it refers to."""
    for tree in trees:
        yield conversations, _conversation(tree), 0
        for user in tree.users:
            yield messages, message_row(user, tree.conversation.id), len(user.text)
            for row, image in zip(image_rows(user.id, user.images), user.images, strict=True):
                yield message_images, row, len(image.data)
        for reply in tree.replies:
            yield replies, reply_row(reply, now), len(reply.text) + len(reply.reasoning)


def _show(db: Connection, ids: Sequence[str]) -> None:
    shown = 0
    for batch in _batches(ids):
        shown += db.execute(
            update(conversations).where(conversations.c.id.in_(batch)).values(deleted_at=None)
        ).rowcount
    if shown != len(ids):
        raise StoreError("The import took too long, and what it had written was removed.")


def _remove(writer: Engine, ids: Sequence[str]) -> None:
    for batch in _batches(ids):
        with writer.begin() as db:
            said = select(messages.c.id).where(messages.c.conversation_id.in_(batch))
            db.execute(delete(message_images).where(message_images.c.message_id.in_(said)))
            for table in (replies, messages):
                db.execute(delete(table).where(table.c.conversation_id.in_(batch)))
            db.execute(delete(conversations).where(conversations.c.id.in_(batch)))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _BATCH_IDS] for start in range(0, len(ids), _BATCH_IDS))


def _conversation(tree: Tree) -> dict[str, object]:
    first_at = tree.users[0].created_at if tree.users else tree.conversation.updated_at
    return conversation_row(tree.conversation, first_at) | {"leaf_id": tree.leaf_id}


def _check(tree: Tree) -> None:
    """That the parts are one owner's conversation, each after what it follows."""
    home = (tree.conversation.owner, tree.conversation.id)
    answered = {reply.id: reply.message_id for reply in tree.replies}
    parents: dict[str, str | None] = {}
    for user in tree.users:
        if user.parent_id is not None and answered.get(user.parent_id) not in parents:
            raise StoreRefused("A message comes before what it follows.")
        parents[user.id] = user.parent_id
    earlier: set[str | None] = {None}
    for reply in tree.replies:
        if (reply.owner, reply.conversation_id) != home or reply.message_id not in parents:
            raise StoreRefused("A reply does not belong to its conversation.")
        if parents[reply.message_id] not in earlier:
            raise StoreRefused("A reply comes before what it follows.")
        earlier.add(reply.id)
