"""The stores that the contract suite runs on, one line each, and the turns it keeps in them."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres_server import PostgresServer
from sqlalchemy import Connection

from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage
from chat.ports import Store
from chat.stores.schema import metadata
from chat.stores.sql import SqlStore
from chat.tree import path_of

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(name="url", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that can be opened more than once."""
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("migrated_file")
        return f"sqlite:///{shutil.copy(empty, tmp_path)}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.emptied_database()


@pytest.fixture(name="store")
def opened_store(url: str) -> Iterator[Store]:
    opened = SqlStore.open(url)
    yield opened
    opened.close()


def a_conversation(conversation_id: str = "c", owner: str = "ann") -> Conversation:
    return Conversation(conversation_id, owner, "First words", NOON)


def a_turn(
    name: str, parent: str | None = None, message: str | None = None, conversation: str = "c"
) -> StoredTurn:
    """Turn `name`: message `m-name` (or another's, to regenerate) and reply `r-name`."""
    user = UserMessage(f"m-{message or name}", parent, f"question {message or name}", NOON)
    return StoredTurn(user, ReplyRecord(f"r-{name}", "ann", conversation, user.id, "sim/x", NOON))


def add(store: Store, *turns: StoredTurn) -> None:
    for turn in turns:
        store.add_turn(turn, a_conversation(turn.reply.conversation_id))


def ended(reply: ReplyRecord, text: str = "Hello") -> ReplyRecord:
    return replace(reply, outcome="completed", text=text)


def said(store: Store, conversation_id: str = "c", owner: str = "ann") -> list[StoredTurn]:
    """The turns on the visitor's path, oldest first."""
    tree = store.load_tree(owner, conversation_id)
    return [StoredTurn(turn.user, turn.reply) for turn in path_of(tree)] if tree else []


def reply_ids(store: Store, conversation_id: str = "c") -> list[str]:
    return [turn.reply.id for turn in said(store, conversation_id)]


def newest_text(store: Store) -> str:
    return said(store)[-1].reply.text


def differences(db: Connection) -> list[object]:
    """Where the tables are not what the code expects; the search index is another matter."""
    context = MigrationContext.configure(
        db,
        opts={
            "include_name": lambda name, kind, _parents: (
                kind != "table" or not str(name).startswith("search")
            )
        },
    )
    return list(compare_metadata(context, metadata))
