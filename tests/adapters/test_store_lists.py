"""What every store promises of its lists: titles, pins, deletions, the queue, the owner's hands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from store_samples import (
    NOON,
    a_conversation,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
    said,
)

from chat.conversations import Conversation, QueuedMessage
from chat.errors import StoreError, StoreRefused
from chat.ports import Store


def listed(store: Store, owner: str = "ann") -> list[str]:
    return [conversation.id for conversation in store.list_conversations(owner, 9)]


def three(store: Store) -> None:
    """Conversations a, b, c, of which c was used last."""
    for day, name in enumerate(["a", "b", "c"]):
        moment = NOON + timedelta(days=day)
        store.add_turn(a_turn(name, conversation=name), Conversation(name, "ann", name, moment))


def a_queued(name: str, conversation: str = "c", owner: str = "ann") -> QueuedMessage:
    return QueuedMessage(f"q-{name}", owner, conversation, f"waiting {name}", NOON)


def test_pinned_conversations_come_first(store: Store) -> None:
    three(store)

    store.pin("ann", "a", is_pinned=True)
    store.pin("ann", "b", is_pinned=True)

    assert listed(store) == ["b", "a", "c"]
    assert [c.is_pinned for c in store.list_conversations("ann", 9)] == [True, True, False]


def test_a_pin_is_let_go(store: Store) -> None:
    three(store)
    store.pin("ann", "a", is_pinned=True)

    store.pin("ann", "a", is_pinned=False)

    assert listed(store) == ["c", "b", "a"]


def test_a_new_title_moves_nothing(store: Store) -> None:
    three(store)

    store.rename("ann", "a", "Größer ❤")

    assert listed(store) == ["c", "b", "a"]
    assert store.list_conversations("ann", 9)[-1] == Conversation("a", "ann", "Größer ❤", NOON)


@pytest.mark.parametrize("title", ["a\0", "a\ud83d"])
def test_a_title_that_cannot_be_stored_is_refused(store: Store, title: str) -> None:
    three(store)

    with pytest.raises(StoreRefused):
        store.rename("ann", "a", title)

    assert store.list_conversations("ann", 9)[-1].title == "a"


def test_a_deleted_conversation_is_nowhere_to_be_seen(store: Store) -> None:
    three(store)
    store.save_replies([ended(a_turn("c", conversation="c").reply)], {"r-c": b"log"})
    store.queue(a_queued("1"))

    store.delete("ann", "c")

    assert listed(store) == ["b", "a"]
    assert store.load_tree("ann", "c") is None
    assert store.load_log("ann", "r-c") is None
    assert store.list_replies("ann", 9) == []
    assert store.list_queued("ann", "c") == []


@pytest.mark.parametrize(
    "touch",
    [
        lambda store: add(store, a_turn("9", "r-1")),
        lambda store: store.queue(a_queued("1")),
    ],
)
def test_nothing_is_added_to_a_deleted_conversation(
    store: Store, touch: Callable[[Store], None]
) -> None:
    add(store, a_turn("1"))
    store.delete("ann", "c")

    with pytest.raises(StoreRefused, match="Unknown conversation"):
        touch(store)

    store.restore("ann", "c")
    assert [turn.user.id for turn in said(store)] == ["m-1"]
    assert store.list_queued("ann", "c") == []


def test_a_restored_conversation_is_as_it_was(store: Store) -> None:
    three(store)
    before = store.load_tree("ann", "b")
    store.delete("ann", "b")
    store.rename("ann", "b", "while it was away")

    store.restore("ann", "b")

    assert listed(store) == ["c", "b", "a"]
    assert store.load_tree("ann", "b") == before


def test_another_owner_changes_nothing(store: Store) -> None:
    three(store)
    before = store.list_conversations("ann", 9)

    store.rename("bob", "a", "Mine")
    store.pin("bob", "a", is_pinned=True)
    store.delete("bob", "a")
    assert store.list_conversations("ann", 9) == before
    store.delete("ann", "a")
    store.restore("bob", "a")

    assert listed(store) == ["c", "b"]


def test_queued_messages_wait_in_the_order_in_which_they_came(store: Store) -> None:
    three(store)
    early = replace(a_queued("2"), created_at=NOON - timedelta(hours=1))

    store.queue(a_queued("1"))
    store.queue(early)
    store.queue(a_queued("3", conversation="a"))

    assert store.list_queued("ann", "c") == [a_queued("1"), early]


def test_a_message_queued_twice_waits_once(store: Store) -> None:
    three(store)

    store.queue(a_queued("1"))
    store.queue(a_queued("1"))

    assert store.list_queued("ann", "c") == [a_queued("1")]


def test_a_queued_message_is_taken_once(store: Store) -> None:
    three(store)
    store.queue(a_queued("1"))

    assert store.unqueue("bob", "q-1") is False
    assert store.unqueue("ann", "q-1") is True
    assert store.unqueue("ann", "q-1") is False
    assert store.list_queued("ann", "c") == []


@pytest.mark.parametrize(
    "message", [a_queued("1", owner="bob"), a_queued("1", conversation="nowhere")]
)
def test_a_message_to_an_unknown_conversation_is_refused(
    store: Store, message: QueuedMessage
) -> None:
    three(store)

    with pytest.raises(StoreRefused, match="Unknown conversation"):
        store.queue(message)

    assert store.list_queued("bob", "c") == store.list_queued("ann", "c") == []


def test_another_owner_sees_no_queue(store: Store) -> None:
    three(store)
    store.queue(a_queued("1"))

    assert store.list_queued("bob", "c") == []


def test_everything_is_handed_over_to_another_owner(store: Store) -> None:
    three(store)
    store.save_replies([ended(a_turn("c", conversation="c").reply)], {"r-c": b"log"})
    store.queue(a_queued("1"))
    store.delete("ann", "a")

    count = store.adopt("ann", "sub|ann")
    store.restore("sub|ann", "a")

    assert count == 2
    assert (listed(store), listed(store, "sub|ann")) == ([], ["c", "b", "a"])
    assert store.load_log("sub|ann", "r-c") == b"log"
    assert [reply.id for reply in store.list_replies("sub|ann", 9)] == ["r-c"]
    assert [message.id for message in store.list_queued("sub|ann", "c")] == ["q-1"]
    assert [hit.conversation_id for hit in store.search("sub|ann", "hello", 9)] == ["c"]
    assert store.search("ann", "hello", 9) == []


def test_an_answer_that_runs_while_it_is_handed_over_is_saved(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)
    store.adopt("ann", "sub|ann")

    store.save_replies([ended(turn.reply, "all of it")], {"r-1": b"log"})

    (kept,) = said(store, owner="sub|ann")
    assert kept.reply == replace(ended(turn.reply, "all of it"), owner="sub|ann")
    assert store.load_log("sub|ann", "r-1") == b"log"


@pytest.mark.parametrize(("old", "new"), [("ann", "ann"), ("nobody", "ann")])
def test_handing_over_nothing_changes_nothing(store: Store, old: str, new: str) -> None:
    three(store)

    assert store.adopt(old, new) == 0
    assert listed(store) == ["c", "b", "a"]


def test_the_old_name_may_begin_anew_after_it_was_handed_over(store: Store) -> None:
    add(store, a_turn("1"))
    store.adopt("ann", "sub|ann")

    with pytest.raises(StoreError, match="Unknown conversation"):
        add(store, a_turn("2", "r-1"))
    store.add_turn(a_turn("9", conversation="new"), a_conversation("new"))

    assert listed(store) == ["new"]
