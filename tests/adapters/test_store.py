"""What every store promises of conversations and turns."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest
from store_samples import (
    NOON,
    a_conversation,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
    reply_ids,
    said,
)

from chat.conversations import Conversation, StoredTurn
from chat.errors import StoreError, StoreRefused
from chat.ports import Store


def test_a_turn_is_read_back_as_it_was_saved(store: Store) -> None:
    turn = a_turn("1")

    add(store, turn)

    assert said(store) == [turn]


def test_a_moment_of_another_zone_comes_back_in_utc(store: Store) -> None:
    turn = a_turn("1")
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    add(store, replace(turn, user=replace(turn.user, created_at=there)))

    (loaded,) = said(store)
    assert loaded.user.created_at == NOON
    assert loaded.user.created_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    turn = a_turn("1")
    naive = NOON.replace(tzinfo=None)

    with pytest.raises(StoreError, match="cannot store that value"):
        add(store, replace(turn, user=replace(turn.user, created_at=naive)))

    assert store.load_tree("ann", "c") is None


def test_turns_come_oldest_first(store: Store) -> None:
    add(store, a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-2"))

    assert reply_ids(store) == ["r-1", "r-2", "r-3"]


def test_a_turn_carries_its_newest_reply(store: Store) -> None:
    add(store, a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-1", message="2"))

    turns = said(store)

    assert [turn.user.id for turn in turns] == ["m-1", "m-2"]
    assert [turn.reply.id for turn in turns] == ["r-1", "r-3"]


def test_newest_is_what_was_added_last_even_when_the_clock_steps_back(store: Store) -> None:
    early = a_turn("2", message="1")
    early = replace(early, reply=replace(early.reply, started_at=NOON - timedelta(hours=1)))

    add(store, a_turn("1"), early)

    assert reply_ids(store) == ["r-2"]


def test_an_answer_given_anew_in_the_middle_begins_a_branch(store: Store) -> None:
    add(store, a_turn("1"), a_turn("2", "r-1"), a_turn("3", message="1"))

    assert reply_ids(store) == ["r-3"]


def test_a_message_after_an_older_sibling_leads_through_that_sibling(store: Store) -> None:
    add(store, a_turn("1"), a_turn("2", message="1"), a_turn("3", "r-1"))

    assert reply_ids(store) == ["r-1", "r-3"]


def test_an_edited_message_is_a_branch_of_its_own(store: Store) -> None:
    add(store, a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-1"))

    turns = said(store)

    assert [turn.user.text for turn in turns] == ["question 1", "question 3"]


def test_a_long_conversation_is_read_whole(store: Store) -> None:
    names = [str(n) for n in range(300)]
    add(store, a_turn("0"))
    add(store, *(a_turn(name, f"r-{int(name) - 1}") for name in names[1:]))

    assert reply_ids(store) == [f"r-{name}" for name in names]


def test_a_title_is_given_once_and_the_moment_moves_on(store: Store) -> None:
    later = NOON + timedelta(days=1)
    add(store, a_turn("1"))

    store.add_turn(a_turn("2", "r-1"), Conversation("c", "ann", "Other words", later))

    assert store.list_conversations("ann", 9) == [Conversation("c", "ann", "First words", later)]


def test_a_turn_added_twice_is_there_once(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)
    store.save_replies([ended(turn.reply)])

    add(store, turn)

    assert said(store) == [replace(turn, reply=ended(turn.reply))]


def test_conversations_are_listed_by_last_use_up_to_the_limit(store: Store) -> None:
    for day, name in enumerate(["a", "b", "c"]):
        moment = NOON + timedelta(days=day)
        store.add_turn(a_turn(name, conversation=name), Conversation(name, "ann", name, moment))
    store.add_turn(
        a_turn("d", "r-a", conversation="a"),
        Conversation("a", "ann", "a", NOON + timedelta(days=3)),
    )

    assert [c.id for c in store.list_conversations("ann", 2)] == ["a", "c"]


@pytest.mark.parametrize("unknown", ["other", "", "\0", "\ud800", "ä", "c'--", "c" * 9999])
def test_an_unknown_conversation_is_none(store: Store, unknown: str) -> None:
    add(store, a_turn("1"))

    assert store.load_tree("ann", unknown) is None


@pytest.mark.parametrize("unknown", ["other", "\0", "\ud800"])
def test_a_malformed_id_finds_and_changes_nothing(store: Store, unknown: str) -> None:
    add(store, a_turn("1"))
    before = store.load_tree("ann", "c")

    store.rename("ann", unknown, "Mine")
    store.pin("ann", unknown, is_pinned=True)
    store.delete("ann", unknown)
    store.restore("ann", unknown)
    store.set_leaf("ann", unknown, unknown)
    store.delete_message("ann", "c", unknown)
    store.restore_message("ann", unknown, unknown)

    assert store.load_log("ann", unknown) is None
    assert store.list_queued("ann", unknown) == []
    assert store.unqueue("ann", unknown) is False
    assert store.load_tree("ann", "c") == before


def test_another_owner_cannot_add_to_a_conversation(store: Store) -> None:
    turn, more = a_turn("1"), a_turn("2", "r-1")
    add(store, turn)

    with pytest.raises(StoreError, match="Unknown conversation"):
        store.add_turn(
            replace(more, reply=replace(more.reply, owner="bob")), a_conversation(owner="bob")
        )

    assert said(store) == [turn]
    assert store.list_conversations("bob", 9) == []


@pytest.mark.parametrize(
    "theirs",
    [
        a_turn("9", "r-1", conversation="mine"),  # follows ann's reply
        a_turn("9", message="1", conversation="mine"),  # answers ann's message
        a_turn("1", message="9", conversation="mine"),  # is ann's reply
        a_turn("9", "nowhere", conversation="mine"),  # follows nothing
    ],
)
def test_a_turn_cannot_reach_into_another_conversation(store: Store, theirs: StoredTurn) -> None:
    add(store, a_turn("1"))

    with pytest.raises(StoreError, match=r"[Uu]nknown"):
        store.add_turn(
            replace(theirs, reply=replace(theirs.reply, owner="bob")),
            a_conversation("mine", owner="bob"),
        )

    assert store.load_tree("bob", "mine") is None
    assert store.list_conversations("bob", 9) == []


def test_threads_may_add_to_one_conversation_at_the_same_time(store: Store) -> None:
    names = [str(n) for n in range(24)]

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda name: add(store, a_turn(name, message="1")), names))

    tree = store.load_tree("ann", "c")
    assert tree is not None
    assert [user.id for user in tree.users] == ["m-1"]
    assert sorted(reply.id for reply in tree.replies) == sorted(f"r-{name}" for name in names)


def test_a_turn_must_belong_to_its_conversation(store: Store) -> None:
    with pytest.raises(StoreError, match="does not belong"):
        store.add_turn(a_turn("1"), a_conversation("other"))

    assert store.list_conversations("ann", 9) == []


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧‍👦 🇺🇳 e\u0301",
        "\u202eשלום \u200fمرحبا",
        "' \" ; -- %s :x ?",
        "\r\n\t\x07",
        "x" * 1_000_000,
    ],
    ids=["emoji", "right_to_left", "sql", "control", "1_mb"],
)
def test_a_text_comes_back_as_typed(store: Store, text: str) -> None:
    turn = a_turn("1")
    add(store, replace(turn, user=replace(turn.user, text=text)))
    store.save_replies([replace(ended(turn.reply, text), reasoning=text)])

    (loaded,) = said(store)

    assert (loaded.user.text, loaded.reply.text, loaded.reply.reasoning) == (text, text, text)


def test_half_a_character_is_refused_and_nothing_is_written(store: Store) -> None:
    turn = a_turn("1")

    with pytest.raises(StoreError, match="lone surrogate") as refused:
        add(store, replace(turn, user=replace(turn.user, text="a\ud83d")))

    assert refused.value.__cause__ is refused.value.__context__ is None
    assert store.load_tree("ann", "c") is None


NUL = "holds a NUL character"


def test_a_nul_character_is_refused_and_nothing_is_written(store: Store) -> None:
    turn = a_turn("1")

    with pytest.raises(StoreRefused, match=NUL):
        add(store, replace(turn, user=replace(turn.user, text="a\0b")))

    assert store.load_tree("ann", "c") is None


def test_threads_may_begin_turns_at_the_same_time(store: Store) -> None:
    names = [str(n) for n in range(24)]

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda name: add(store, a_turn(name, conversation=name)), names))

    assert sorted(c.id for c in store.list_conversations("ann", 99)) == sorted(names)
