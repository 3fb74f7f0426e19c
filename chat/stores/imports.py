"""Saves whole conversations that came from a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Table, insert

from chat.errors import StoreRefused
from chat.stores.rows import conversation_row, message_row, reply_row
from chat.stores.schema import conversations, messages, replies
from chat.tree import Tree

_BATCH_ROWS = 500
"""Rows written by one statement: enough to be quick, and few beside the trees in memory."""


def add_trees(db: Connection, trees: Sequence[Tree], now: datetime) -> None:
    """Saves conversations whose ids are all new.

    Raises:
        StoreRefused: a part belongs to another owner or conversation, or comes before what it
            follows.
    """
    for tree in trees:
        _check(tree)
    _insert(db, conversations, (_conversation(tree) for tree in trees))
    _insert(
        db,
        messages,
        (message_row(user, tree.conversation.id) for tree in trees for user in tree.users),
    )
    _insert(db, replies, (reply_row(reply, now) for tree in trees for reply in tree.replies))


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


def _insert(db: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> None:
    for batch in _batches(iter(rows)):
        db.execute(insert(table), batch)


def _batches(rows: Iterator[Mapping[str, object]]) -> Iterator[list[Mapping[str, object]]]:
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield batch
