"""What every store promises of batches: what is to be asked, who asks it, what came of it."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from store_samples import (
    NOON,
    a_conversation,
    a_turn,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
)

from chat.batch import Batch, Item, OpenedBatch
from chat.comparison import LaneSetup
from chat.hosts import lane_at
from chat.stores.sql import SqlStore
from chat.stores.upkeep import DEAD_AFTER, KEEP_DELETED

LANES = (LaneSetup("sim/x", 100, 0.5), lane_at(LaneSetup("acme/y", 9), "deepinfra/fp8"))
BATCH = Batch("b", "ann", NOON, LANES, ("Why?", "How?\nSo?"), at_once=3)
ONE, TWO = Item("one", 0, 0, "m-1"), Item("two", 0, 1, "m-2")


def loaded(store: SqlStore, owner: str = "ann", *, with_texts: bool = False) -> OpenedBatch:
    found = store.batches.load(owner, "b", with_texts=with_texts)
    assert found is not None
    return found


def test_a_batch_comes_back_as_it_was_saved(store: SqlStore) -> None:
    store.batches.add(BATCH, [ONE, TWO])

    assert loaded(store) == OpenedBatch(BATCH, (ONE, TWO))
    assert [line.title for line in store.batches.list_newest("ann", 9)] == ["Why?"]


def test_the_newest_answer_counts_with_its_text_if_wanted(store: SqlStore) -> None:
    store.batches.add(BATCH, [ONE, TWO])
    first, second = (a_turn(name, message="1", conversation="one") for name in ("1", "again"))
    for turn in (first, second):
        store.add_turn(turn, a_conversation("one"))
    store.save_replies([ended(second.reply, "So it is.")])

    told, texts = loaded(store).items[0].reply, loaded(store, with_texts=True).items[0].reply

    assert told is not None
    assert (told.id, told.outcome, told.text) == (second.reply.id, "completed", "")
    assert texts is not None
    assert texts.text == "So it is."


def test_only_one_gets_an_item(store: SqlStore) -> None:
    store.batches.add(BATCH, [ONE, TWO])
    assert store.batches.hold("ann", "b")

    assert store.batches.claim(ONE)
    assert not store.batches.claim(ONE)
    assert store.batches.claim(replace(ONE, tries=1))
    assert [item.tries for item in loaded(store).items] == [2, 0]


def test_one_living_process_runs_a_batch(url: str) -> None:
    long_after = NOON + 2 * DEAD_AFTER
    opened = SqlStore.open(url, now=lambda: NOON), SqlStore.open(url, now=lambda: long_after)
    with closing(opened[0]) as first, closing(opened[1]) as second:
        first.batches.add(BATCH, [ONE, TWO])
        assert first.batches.hold("ann", "b")
        assert not second.batches.hold("ann", "b")
        assert not second.batches.claim(ONE)

        second.mark_interrupted()  # the first has shown no sign of life for long

        assert second.batches.hold("ann", "b")
        assert not first.batches.claim(ONE)
        assert second.batches.claim(ONE)


def test_a_batch_that_was_let_go_is_anybodys(url: str) -> None:
    with closing(SqlStore.open(url)) as first, closing(SqlStore.open(url)) as second:
        first.batches.add(BATCH, [ONE, TWO])
        assert first.batches.hold("ann", "b")
        second.batches.let_go("b")
        assert not second.batches.hold("ann", "b")

        first.batches.let_go("b")

        assert not second.batches.hold("bob", "b")
        assert second.batches.hold("ann", "b")


def test_nobody_gets_an_item_of_a_paused_or_deleted_batch(store: SqlStore) -> None:
    store.batches.add(BATCH, [ONE, TWO])
    assert store.batches.hold("ann", "b")
    store.batches.set_paused("ann", "b", is_paused=True)
    assert not store.batches.claim(ONE)

    store.batches.set_paused("ann", "b", is_paused=False)
    assert store.batches.claim(ONE)
    store.batches.delete("ann", "b")

    assert not store.batches.claim(TWO)


def test_an_answer_begun_as_its_batch_was_deleted_goes_with_it(url: str) -> None:
    with closing(SqlStore.open(url, now=lambda: NOON)) as store:
        store.batches.add(BATCH, [ONE, TWO])
        store.batches.delete("ann", "b")
        store.add_turn(a_turn("1", conversation="one"), a_conversation("one"))
        assert store.load_tree("ann", "one") is not None

    later = NOON + KEEP_DELETED + timedelta(seconds=1)
    with closing(SqlStore.open(url, now=lambda: later)) as store:
        assert store.load_tree("ann", "one") is None


def test_a_stranger_sees_and_changes_nothing(store: SqlStore) -> None:
    store.batches.add(BATCH, [ONE, TWO])

    store.batches.set_paused("bob", "b", is_paused=True)
    store.batches.delete("bob", "b")

    assert store.batches.load("bob", "b", with_texts=True) is None
    assert store.batches.list_newest("bob", 9) == []
    assert not loaded(store).batch.is_paused


def test_that_it_is_paused_is_kept(store: SqlStore) -> None:
    store.batches.add(BATCH, [ONE, TWO])

    store.batches.set_paused("ann", "b", is_paused=True)

    assert loaded(store).batch == replace(BATCH, is_paused=True)


def test_an_account_takes_batches_over(store: SqlStore) -> None:
    store.batches.add(BATCH, [ONE, TWO])

    store.adopt("ann", "account")

    assert loaded(store, "account").batch.owner == "account"


def test_a_deleted_batch_takes_its_answers_along_for_good_a_week_later(url: str) -> None:
    with closing(SqlStore.open(url, now=lambda: NOON)) as store:
        store.batches.add(BATCH, [ONE, TWO])
        store.add_turn(a_turn("1", conversation="one"), a_conversation("one"))
        store.batches.delete("ann", "b")
        assert store.batches.load("ann", "b", with_texts=False) is None
        assert store.load_tree("ann", "one") is None

    later = NOON + KEEP_DELETED + timedelta(seconds=1)
    with closing(SqlStore.open(url, now=lambda: later)) as store:
        store.batches.add(BATCH, [ONE, TWO])  # the ids are free again
        assert loaded(store).items == (ONE, TWO)
