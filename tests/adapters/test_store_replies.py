"""What every store promises of replies: their checkpoints, their endings, their figures."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from store_samples import (
    NOON,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    newest_text,
    opened_store,  # noqa: F401 - likewise
    said,
)

from chat.conversations import ReplyRecord, StoredTurn
from chat.errors import Failure, StoreError, StoreRefused
from chat.events import Usage
from chat.measures import Measures
from chat.metrics import Part, Timings
from chat.ports import Store


def test_every_part_of_an_ended_reply_is_kept(store: Store) -> None:
    turn = a_turn("1")
    full = replace(
        turn.reply,
        outcome="failed",
        text="Hel",
        reasoning="Well",
        served_model="x-2030",
        upstream_provider="Azure",
        generation_id="gen-1",
        usage=Usage(7, 9, 3, 0, 0.000123),
        failure=Failure("rate_limited", "slow", 429, 1.5, "limit", "why", "Azure", 9, 1.8e9),
        timings=Timings(0.25, 0.125, 2.5, 3.0, 1.5, 0.75),
        tries=3,
        reconnections=1,
        switched_to=("sim/y",),
        parts=(Part(0.25, 1.5, 20, "sim/y", "gen-0"), Part(None, 1.0, 13, usage=Usage(7, 9))),
        measures=Measures(0.1, 0.05, 0.15, 2, 0.125, 0.01, 0.02, 0.03, 1.5, 1, 1.5),
    )
    add(store, turn)

    store.save_replies([full])

    assert said(store) == [StoredTurn(turn.user, full)]


def test_usage_that_nobody_counted_stays_unknown(store: Store) -> None:
    turn = a_turn("1")
    usage = Usage(0, 0)
    add(store, turn)

    store.save_replies([replace(turn.reply, usage=usage)])

    (loaded,) = said(store)
    assert loaded.reply.usage == usage
    assert loaded.reply.failure is None


def test_the_metrics_list_has_ended_replies_newest_first_without_their_texts(store: Store) -> None:
    turns = [a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-2")]
    moments = [NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=2)]
    add(store, *turns)
    records = [
        replace(turn.reply, started_at=at, text="long", reasoning="longer")
        for turn, at in zip(turns, moments, strict=True)
    ]
    store.save_replies([ended(records[0]), ended(records[1]), records[2]])

    listed = store.list_replies("ann", 9)

    assert [reply.id for reply in listed] == ["r-2", "r-1"]
    assert {reply.text + reply.reasoning for reply in listed} == {""}
    assert len(store.list_replies("ann", 1)) == 1


def test_a_checkpoint_is_replaced_by_the_next(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)

    store.save_replies([replace(turn.reply, text="Hel")])
    store.save_replies([replace(turn.reply, text="Hello")])

    assert newest_text(store) == "Hello"


def test_a_late_checkpoint_does_not_undo_an_ending(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)

    store.save_replies([ended(turn.reply, "Hello"), replace(turn.reply, text="Hel")])
    store.save_replies([replace(turn.reply, text="He")])

    assert said(store) == [replace(turn, reply=ended(turn.reply, "Hello"))]


def test_several_replies_are_saved_at_once(store: Store) -> None:
    turns = [a_turn("1"), a_turn("2", "r-1")]
    add(store, *turns)

    store.save_replies([ended(turn.reply, f"answer {turn.reply.id}") for turn in turns])

    loaded = said(store)
    assert [turn.reply.text for turn in loaded] == ["answer r-1", "answer r-2"]


def test_one_reply_that_cannot_be_saved_leaves_all_as_they_were(store: Store) -> None:
    turns = [a_turn("1"), a_turn("2", "r-1")]
    add(store, *turns)

    with pytest.raises(StoreError, match="lone surrogate"):
        store.save_replies([ended(turns[0].reply, "fine"), ended(turns[1].reply, "\ud800")])

    assert said(store) == turns


def test_saving_nothing_is_fine(store: Store) -> None:
    store.save_replies([])

    assert store.list_replies("ann", 9) == []


def test_another_owner_reads_nothing(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)
    store.save_replies([ended(turn.reply)])

    assert store.load_tree("bob", "c") is None
    assert store.list_conversations("bob", 9) == []
    assert store.list_replies("bob", 9) == []


def test_another_owner_cannot_save_a_reply(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)

    store.save_replies([replace(ended(turn.reply, "stolen"), owner="bob")])

    assert said(store) == [turn]


@pytest.mark.parametrize(
    "bad",
    [
        lambda reply: replace(reply, text="a\0"),
        lambda reply: replace(reply, reasoning="a\0"),
        lambda reply: replace(reply, served_model="a\0"),
        lambda reply: replace(reply, failure=Failure("rejected", "a\0")),
    ],
)
def test_a_nul_character_in_an_answer_is_refused(
    store: Store, bad: Callable[[ReplyRecord], ReplyRecord]
) -> None:
    turn = a_turn("1")
    add(store, turn)

    with pytest.raises(StoreRefused, match="holds a NUL character"):
        store.save_replies([bad(ended(turn.reply))])

    assert said(store) == [turn]


def test_a_log_is_read_back_byte_for_byte(store: Store) -> None:
    turn = a_turn("1")
    data = bytes(range(256)) * 9
    add(store, turn)

    store.save_replies([ended(turn.reply)], {"r-1": b"first"})
    store.save_replies([ended(turn.reply)], {"r-1": data, "r-other": b"stray"})

    assert store.load_log("ann", "r-1") == data
    assert store.load_log("ann", "r-other") is None
    assert store.load_log("bob", "r-1") is None


def test_a_reply_without_a_log_has_none(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)

    store.save_replies([ended(turn.reply)])

    assert store.load_log("ann", "r-1") is None


def test_another_owner_cannot_save_a_log(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)

    store.save_replies([replace(ended(turn.reply), owner="bob")], {"r-1": b"stolen"})

    assert store.load_log("ann", "r-1") is None


def test_a_number_beyond_any_database_is_refused(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)

    with pytest.raises(StoreError, match="cannot store that value"):
        store.save_replies([replace(turn.reply, usage=Usage(10**30, 1))])

    assert said(store) == [turn]


def test_threads_read_whole_checkpoints_while_one_writes(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)

    def write() -> None:
        for length in range(60):
            store.save_replies([replace(turn.reply, text="x" * length, reasoning="y" * length)])

    def read(_reader: int) -> list[ReplyRecord]:
        return [said(store)[0].reply for _ in range(30)]

    with ThreadPoolExecutor(5) as threads:
        writing = threads.submit(write)
        seen = list(threads.map(read, range(4)))
        writing.result()

    lengths = [[len(reply.text) for reply in replies] for replies in seen]
    assert all(ones == sorted(ones) for ones in lengths)
    assert all(len(r.text) == len(r.reasoning) for replies in seen for r in replies)
