"""What every store promises of whole conversations that come from a file."""

import os
import signal
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context

import pytest
from sqlalchemy import create_engine, text
from store_samples import (
    NOON,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
)

from chat.conversations import Conversation, StoredTurn
from chat.errors import StoreRefused
from chat.ports import Store
from chat.stores.database import parse_url
from chat.stores.imports import PIECE_CHARS
from chat.stores.sql import SqlStore
from chat.tree import Tree


def a_tree(name: str, *turns: StoredTurn, leaf: str | None = None) -> Tree:
    """A conversation with some turns, or with a plain one."""
    turns = turns or (a_turn(name, conversation=name),)
    users = {turn.user.id: turn.user for turn in turns}
    replies = tuple(ended(turn.reply, f"answer {turn.reply.id}") for turn in turns)
    return Tree(Conversation(name, "ann", name, NOON), tuple(users.values()), replies, leaf)


def branched(name: str = "c") -> Tree:
    turns = a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-1"), a_turn("4", message="1")
    return a_tree(name, *turns, leaf="r-2")


def test_whole_conversations_are_read_back_as_they_were_saved(store: Store) -> None:
    other = a_tree("other")
    pinned = replace(other, conversation=replace(other.conversation, is_pinned=True))

    store.add_trees([branched(), pinned])

    assert store.load_tree("ann", "c") == branched()
    assert store.load_tree("ann", "other") == pinned
    assert [c.id for c in store.list_conversations("ann", 9)] == ["other", "c"]


def test_saved_trees_are_found(store: Store) -> None:
    store.add_trees([branched()])

    assert len(store.search("ann", "question", 9)) == 3
    assert len(store.search("ann", "answer", 9)) == 4


def test_a_conversation_without_an_answer_is_kept(store: Store) -> None:
    tree = replace(a_tree("c"), replies=())

    store.add_trees([tree, Tree(Conversation("empty", "ann", "Empty", NOON), (), ())])

    assert store.load_tree("ann", "c") == tree


def test_saving_no_trees_is_fine(store: Store) -> None:
    store.add_trees([])

    assert store.list_conversations("ann", 9) == []


def with_reply(**changes: object) -> Tree:
    tree = a_tree("b")
    return replace(tree, replies=(replace(tree.replies[0], **changes),))  # type: ignore[arg-type] # the test's own names


@pytest.mark.parametrize(
    "bad",
    [
        with_reply(text="a\0"),
        with_reply(text="\ud800"),
        with_reply(owner="bob"),
        with_reply(conversation_id="c"),
        with_reply(message_id="nowhere"),
        with_reply(started_at=NOON.replace(tzinfo=None)),
        with_reply(text_chars=10**30),
        a_tree("a"),  # twice the same ids
        a_tree("b", a_turn("there", conversation="b")),
        a_tree("b", a_turn("1", "nowhere", conversation="b")),
        a_tree("b", a_turn("2", "r-1", conversation="b"), a_turn("1", conversation="b")),
    ],
)
def test_one_bad_tree_keeps_all_from_being_saved(store: Store, bad: Tree) -> None:
    add(store, a_turn("there", conversation="there"))

    with pytest.raises(StoreRefused):
        store.add_trees([a_tree("a"), bad])

    assert [c.id for c in store.list_conversations("ann", 9)] == ["there"]
    assert store.search("ann", "answer", 9) == []


def test_a_conversation_goes_on_after_it_was_imported(store: Store) -> None:
    store.add_trees([branched()])
    later = Conversation("c", "ann", "c", NOON + timedelta(days=1))

    store.add_turn(a_turn("5", "r-2"), later)

    tree = store.load_tree("ann", "c")
    assert tree is not None
    assert (tree.leaf_id, tree.conversation) == ("r-5", later)
    assert tree.replies[:4] == branched().replies


def rows_in(url: str) -> dict[str, int]:
    """How many rows there are, seen or not."""
    with create_engine(parse_url(url)).connect() as db:
        return {
            name: db.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - our own tables
            for name in ("conversations", "messages", "replies", "search")
        }


def large_trees(count: int = 6) -> list[Tree]:
    """Conversations that need a transaction each, at least."""
    return [
        replace(tree, replies=tuple(replace(reply, text=LONG) for reply in tree.replies))
        for tree in (a_tree(f"large-{n}") for n in range(count))
    ]


LONG = "word " * (PIECE_CHARS // 5)


def test_others_write_between_the_pieces_of_a_large_import(url: str) -> None:
    other = SqlStore.open(url, busy_timeout_s=0)
    add(other, a_turn("running", conversation="running"))
    running = a_turn("running", conversation="running").reply
    checkpoints: list[list[Conversation]] = []

    def checkpoint(_seconds: float) -> None:
        other.save_replies([replace(running, text=f"{len(checkpoints)}")])
        checkpoints.append(other.list_conversations("ann", 99))

    with closing(SqlStore.open(url, sleep=checkpoint)) as store, closing(other):
        store.add_trees(large_trees(6))

        assert len(checkpoints) >= 6
        assert {c.id for seen in checkpoints for c in seen} == {"running"}
        assert len(store.list_conversations("ann", 99)) == 7


def test_a_single_long_conversation_is_written_in_pieces_too(url: str) -> None:
    turns = [a_turn(f"{n}", f"r-{n - 1}" if n else None) for n in range(5)]
    tree = a_tree("c", *turns)
    tree = replace(tree, replies=tuple(replace(reply, text=LONG) for reply in tree.replies))
    pauses: list[float] = []

    with closing(SqlStore.open(url, sleep=pauses.append)) as store:
        store.add_trees([tree])

        assert len(pauses) >= 5
        assert store.load_tree("ann", "c") == tree


def test_an_import_that_fails_late_leaves_nothing_behind(url: str) -> None:
    with closing(SqlStore.open(url)) as store:
        add(store, a_turn("there", conversation="there"))
        before = rows_in(url)

        with pytest.raises(StoreRefused):
            store.add_trees([*large_trees(3), a_tree("there")])

        assert rows_in(url) == before
        assert [c.id for c in store.list_conversations("ann", 9)] == ["there"]


def import_and_die(url: str) -> None:
    """What another process does: it is killed in the third pause of its import."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    SqlStore.open(url, now=lambda: NOON, sleep=pause).add_trees(large_trees(6))


def test_what_a_killed_process_left_of_an_import_is_seen_by_nobody_and_swept(url: str) -> None:
    process = get_context("spawn").Process(target=import_and_die, args=(url,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    left = rows_in(url)
    assert left["conversations"] > 0

    with closing(SqlStore.open(url, now=lambda: NOON + timedelta(minutes=30))) as store:
        assert store.list_conversations("ann", 9) == []
        assert store.load_tree("ann", "large-0") is None
        assert store.search("ann", "word", 9) == []
        assert store.list_replies("ann", 9) == []
    assert rows_in(url) == left
    SqlStore.open(url, now=lambda: NOON + timedelta(hours=2)).close()
    assert set(rows_in(url).values()) == {0}


def test_many_conversations_are_saved_at_once(store: Store) -> None:
    names = [f"{n:04}" for n in range(1200)]

    store.add_trees([a_tree(name) for name in names])

    assert [c.id for c in store.list_conversations("ann", 2000)] == names[::-1]
