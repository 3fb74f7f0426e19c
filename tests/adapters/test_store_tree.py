"""What every store promises of branches: the path's end, and messages that are deleted."""

from dataclasses import replace

import pytest
from store_samples import (
    a_conversation,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
    reply_ids,
)

from chat.conversations import Conversation
from chat.errors import StoreRefused
from chat.ports import Store
from chat.tree import Tree


def tree_of(store: Store) -> Tree:
    tree = store.load_tree("ann", "c")
    assert tree is not None
    return tree


def branched(store: Store) -> None:
    """Two answers to the first message; two messages below the first answer, one answered on."""
    add(store, a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-2"), a_turn("4", "r-1"))
    add(store, a_turn("5", message="1"))


def test_a_tree_holds_everything_in_the_order_of_making(store: Store) -> None:
    branched(store)

    tree = tree_of(store)

    assert tree.conversation == a_conversation()
    assert [user.id for user in tree.users] == ["m-1", "m-2", "m-3", "m-4"]
    assert [reply.id for reply in tree.replies] == ["r-1", "r-2", "r-3", "r-4", "r-5"]


def test_what_a_reply_continues_is_kept(store: Store) -> None:
    first, second = a_turn("1"), a_turn("2", message="1")

    add(store, first, replace(second, reply=replace(second.reply, continues_id="r-1")))

    assert [reply.continues_id for reply in tree_of(store).replies] == [None, "r-1"]


def test_the_newest_reply_is_the_end_of_the_path(store: Store) -> None:
    branched(store)

    assert tree_of(store).leaf_id == "r-5"


def test_the_end_of_the_path_is_where_the_visitor_walked(store: Store) -> None:
    branched(store)

    store.set_leaf("ann", "c", "r-3")

    assert reply_ids(store) == ["r-1", "r-2", "r-3"]


def test_a_turn_saved_again_does_not_move_the_end(store: Store) -> None:
    branched(store)
    store.set_leaf("ann", "c", "r-3")

    later = Conversation("c", "ann", "First words", a_conversation().updated_at)
    store.add_turn(a_turn("5", message="1"), later)

    assert tree_of(store).leaf_id == "r-3"


def test_the_end_is_only_ever_a_reply_of_the_conversation(store: Store) -> None:
    branched(store)
    add(store, a_turn("9", conversation="other"))

    store.set_leaf("ann", "c", "r-9")
    store.set_leaf("ann", "c", "m-1")
    store.set_leaf("bob", "c", "r-1")

    assert tree_of(store).leaf_id == "r-5"


def test_a_deleted_message_takes_along_what_follows(store: Store) -> None:
    branched(store)

    store.delete_message("ann", "c", "m-2")

    tree = tree_of(store)
    assert [user.id for user in tree.users] == ["m-1", "m-4"]
    assert [reply.id for reply in tree.replies] == ["r-1", "r-4", "r-5"]


def test_the_path_ends_below_what_is_left_of_it(store: Store) -> None:
    branched(store)
    store.set_leaf("ann", "c", "r-3")

    store.delete_message("ann", "c", "m-2")

    assert reply_ids(store) == ["r-1", "r-4"]


def test_a_restored_message_brings_the_path_back(store: Store) -> None:
    branched(store)
    store.set_leaf("ann", "c", "r-3")
    before = tree_of(store)
    store.delete_message("ann", "c", "m-2")

    store.restore_message("ann", "c", "m-2")

    assert tree_of(store) == before


def test_a_conversation_whose_first_message_is_deleted_is_empty(store: Store) -> None:
    branched(store)

    store.delete_message("ann", "c", "m-1")

    assert tree_of(store) == Tree(a_conversation(), (), (), None)


def test_what_was_deleted_before_stays_deleted(store: Store) -> None:
    branched(store)
    store.delete_message("ann", "c", "m-3")
    store.delete_message("ann", "c", "m-1")

    store.restore_message("ann", "c", "m-1")

    assert [user.id for user in tree_of(store).users] == ["m-1", "m-2", "m-4"]


def test_what_is_restored_below_a_deleted_message_comes_back_with_it(store: Store) -> None:
    branched(store)
    store.delete_message("ann", "c", "m-3")
    store.delete_message("ann", "c", "m-1")

    store.restore_message("ann", "c", "m-3")
    assert tree_of(store).users == ()
    store.restore_message("ann", "c", "m-1")

    assert [user.id for user in tree_of(store).users] == ["m-1", "m-2", "m-3", "m-4"]


@pytest.mark.parametrize(("owner", "conversation"), [("bob", "c"), ("ann", "other")])
def test_only_the_owner_deletes_and_restores(store: Store, owner: str, conversation: str) -> None:
    branched(store)
    before = tree_of(store)

    store.delete_message(owner, conversation, "m-1")
    assert tree_of(store) == before
    store.delete_message("ann", "c", "m-1")
    store.restore_message(owner, conversation, "m-1")

    assert tree_of(store).users == ()


@pytest.mark.parametrize("turn", [a_turn("9", "r-3"), a_turn("9", message="2")])
def test_nothing_is_added_to_what_is_deleted(store: Store, turn: object) -> None:
    branched(store)
    store.delete_message("ann", "c", "m-2")

    with pytest.raises(StoreRefused):
        add(store, turn)  # type: ignore[arg-type] # a parameter loses its type

    assert "r-9" not in [reply.id for reply in tree_of(store).replies]


def test_an_answer_goes_on_being_saved_while_its_message_is_deleted(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)
    store.delete_message("ann", "c", "m-1")

    store.save_replies([ended(turn.reply, "all of it")], {"r-1": b"log"})
    assert store.load_log("ann", "r-1") is None
    store.restore_message("ann", "c", "m-1")

    assert tree_of(store).replies[0].text == "all of it"
    assert store.load_log("ann", "r-1") == b"log"
