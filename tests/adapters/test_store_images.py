"""What every store promises of images: kept with their message, seen by its owner, gone with it."""

from dataclasses import replace
from datetime import timedelta

from store_samples import (
    NOON,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    opened_store,  # noqa: F401 - likewise
    said,
)

from chat.conversations import StoredTurn
from chat.exchange.reading import read_file
from chat.exchange.writing import to_json
from chat.images import Image
from chat.ports import Store
from chat.stores.sql import SqlStore

PNG = Image("image/png", b"\x89PNG\r\n\x1a\n\x00\xff")
GIF = Image("image/gif", b"GIF89a" + bytes(range(256)))


def shown(name: str = "1", *images: Image) -> StoredTurn:
    turn = a_turn(name)
    return replace(turn, user=replace(turn.user, images=images or (PNG, GIF)))


def test_images_are_read_back_in_their_order(store: Store) -> None:
    turn = shown()

    add(store, turn)

    assert said(store) == [turn]
    assert said(store) == [turn]  # likewise from what is held


def test_an_answer_given_anew_does_not_double_them(store: Store) -> None:
    add(store, shown(), a_turn("2", message="1"))

    assert said(store)[0].user.images == (PNG, GIF)


def test_each_message_has_its_own(store: Store) -> None:
    second = a_turn("2", "r-1")

    add(store, shown("1", PNG), replace(second, user=replace(second.user, images=(GIF,))))

    assert [turn.user.images for turn in said(store)] == [(PNG,), (GIF,)]


def test_nobody_else_sees_them(store: Store) -> None:
    add(store, shown())

    assert store.load_tree("bob", "c") is None


def test_a_deleted_message_takes_its_images_along(store: Store) -> None:
    add(store, a_turn("0"), replace(shown(), user=replace(shown().user, parent_id="r-0")))

    store.delete_message("ann", "c", "m-1")

    tree = store.load_tree("ann", "c")
    assert tree is not None
    assert [user.images for user in tree.users] == [()]


def test_what_was_deleted_long_ago_is_gone_for_good(url: str) -> None:
    store = SqlStore.open(url, now=lambda: NOON)
    add(store, shown())
    store.delete("ann", "c")
    store.close()

    later = SqlStore.open(url, now=lambda: NOON + timedelta(days=8))
    later.restore("ann", "c")

    assert later.load_tree("ann", "c") is None
    later.close()


def test_they_go_out_with_an_export_and_come_in_again(store: Store) -> None:
    add(store, shown())
    tree = store.load_tree("ann", "c")
    assert tree is not None

    (copy,) = read_file(to_json([tree]).encode(), "bob")
    store.add_trees([copy])

    brought = store.load_tree("bob", copy.conversation.id)
    assert brought is not None
    assert brought.users[0].images == (PNG, GIF)
