"""Conversations as files of our own: to read, and to bring back whole."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from exchange_samples import LATER, Json, full_tree, read
from hypothesis import given
from hypothesis import strategies as st
from scripted import A_CONVERSATION, NOON, a_tree, a_turn

from chat.conversations import ReplyRecord, UserMessage
from chat.exchange import reading
from chat.exchange.reading import ImportRefused, read_file
from chat.exchange.writing import to_json, to_markdown
from chat.metrics import Timings
from chat.stores.sql import SqlStore
from chat.tree import Tree, path_of

REFUSED_FILES: list[tuple[bytes, str]] = [
    (b"", "not valid JSON"),
    (b"{", "not valid JSON"),
    (to_json([full_tree()]).encode()[:-9], "not valid JSON"),
    (b"\xff\xfe\xfd", "not valid JSON"),
    (b"[" * 200_000, "not valid JSON"),
    (b'{"a":' * 200_000, "not valid JSON"),
    (b" " * 60_000_000, "60 MB; the limit is 50 MB"),
    (b"[]", "neither an export"),
    (b"null", "neither an export"),
    (b'{"format": "tickertape.conversations", "version": 2}', "newer version"),
    (b'{"format": "tickertape.conversations", "version": 1}', "does not hold together"),
    (
        b'{"format": "tickertape.conversations", "version": 1, "conversations": []}',
        "no conversation in it",
    ),
]


def renamed(tree: Tree) -> dict[str, str]:
    """Each id's place in the tree, which an import keeps while it makes the ids anew."""
    nodes: list[UserMessage | ReplyRecord] = [*tree.users, *tree.replies]
    return {item.id: f"{type(item).__name__} {n}" for n, item in enumerate(nodes)}


def placed(tree: Tree) -> Tree:
    """The tree with places for ids, and without its owner."""
    ids = renamed(tree)
    return Tree(
        replace(tree.conversation, id="", owner=""),
        tuple(
            replace(user, id=ids[user.id], parent_id=ids.get(user.parent_id or ""))
            for user in tree.users
        ),
        tuple(_placed_reply(reply, ids) for reply in tree.replies),
        ids.get(tree.leaf_id or ""),
    )


def _placed_reply(reply: ReplyRecord, ids: dict[str, str]) -> ReplyRecord:
    return replace(
        reply,
        id=ids[reply.id],
        owner="",
        conversation_id="",
        message_id=ids[reply.message_id],
        continues_id=ids.get(reply.continues_id or ""),
    )


def test_a_file_to_read_has_the_path_with_who_answered_and_how_fast() -> None:
    assert to_markdown(replace(full_tree(), leaf_id="r-1")) == (
        "# question\n\n"
        "## You\n\nquestion 1\n\n"
        "## sim/x\n\nWell 👩‍👩‍👧‍👦\n\n```py\nx = 1\n```\n\n"
        "*completed · TTFT 0.25 s · 2.8 tok/s · 9 tokens*\n"
    )


def test_figures_that_are_not_known_are_not_made_up() -> None:
    turn = a_turn()
    reply = replace(turn.reply, text="Hello there", text_chars=11, timings=Timings(decode_s=2.0))

    text = to_markdown(a_tree(replace(turn, reply=reply)))

    assert "*running · TTFT n/a · ≈ 1.0 tok/s · ≈ 3 tokens*" in text
    assert "tok/s n/a" in to_markdown(a_tree(turn))


def test_a_conversation_without_a_word_has_its_title() -> None:
    assert to_markdown(a_tree()) == "# question\n"


def test_everything_comes_back_under_new_ids_and_the_new_owner() -> None:
    tree = full_tree()

    (found,) = read_file(to_json([tree]).encode(), "bob", LATER)

    assert placed(found) == placed(tree)
    assert found.conversation.owner == "bob"
    assert {reply.owner for reply in found.replies} == {"bob"}
    assert not set(renamed(found)) & set(renamed(tree))
    assert len(path_of(found)) == len(path_of(tree)) == 2


def test_an_answer_that_ran_when_the_file_was_made_is_interrupted() -> None:
    (found,) = read_file(to_json([a_tree(a_turn())]).encode(), "bob", LATER)

    assert found.replies[0].outcome == "interrupted"


def test_a_file_does_not_say_whose_it_was() -> None:
    assert "ann" not in to_json([full_tree()])


def test_a_file_brought_in_twice_is_there_twice() -> None:
    data = to_json([full_tree(), a_tree(a_turn())]).encode()

    with closing(SqlStore.open_in_memory()) as store:
        for owner in ("bob", "bob", "eve"):
            store.add_trees(read_file(data, owner, LATER))

        assert len(store.list_conversations("bob", 9)) == 4
        assert len(store.list_conversations("eve", 9)) == 2


def test_what_was_brought_in_is_kept_as_it_was() -> None:
    (tree,) = read_file(to_json([full_tree()]).encode(), "bob", LATER)

    with closing(SqlStore.open_in_memory()) as store:
        store.add_trees([tree])

        assert store.load_tree("bob", tree.conversation.id) == tree


@pytest.mark.parametrize(("data", "sentence"), REFUSED_FILES, ids=[s for _, s in REFUSED_FILES])
def test_a_file_that_cannot_be_brought_in_says_why(data: bytes, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        read_file(data, "bob")


def changed(place: str, value: Json) -> Json:
    """The file of the full tree with one value changed: `replies.0.text`, or `title`."""
    file: Json = json.loads(to_json([full_tree()]))
    item = file["conversations"][0]
    *way, last = place.split(".")
    for step in way:
        item = item[int(step) if step.isdigit() else step]
    item[int(last) if last.isdigit() else last] = value
    return file


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("title", 7),
        ("title", None),
        ("title", "half a \ud83d"),
        ("updated_at", "yesterday"),
        ("updated_at", 1e300),
        ("updated_at", "9999-12-31T23:59:59-23:59"),
        ("leaf_id", "nowhere"),
        ("leaf_id", "m-1"),
        ("leaf_id", []),
        ("messages", None),
        ("messages", [7]),
        ("messages.0.id", "m-3"),
        ("messages.0.id", []),
        ("messages.0.text", None),
        ("messages.0.text", "a\0b"),
        ("messages.0.parent_id", "r-3"),
        ("messages.0.parent_id", "m-3"),
        ("messages.1.parent_id", "nowhere"),
        ("replies.0.message_id", "m-9"),
        ("replies.0.message_id", "r-2"),
        ("replies.0.id", "r-2"),
        ("replies.0.outcome", "splendid"),
        ("replies.0.outcome", []),
        ("replies.0.text", 7),
        ("replies.0.model", None),
        ("replies.0.served_model", "a\0b"),
        ("replies.0.generation_id", 7),
        ("replies.0.usage", 7),
        ("replies.0.usage", {"prompt_tokens": 1}),
        ("replies.0.usage.prompt_tokens", 10**30),
        ("replies.0.usage.prompt_tokens", "7"),
        ("replies.0.usage.cost_usd", float("nan")),
        ("replies.0.timings.ttft_s", float("inf")),
        ("replies.0.timings.ttft_s", -1),
        ("replies.0.timings", [1]),
        ("replies.0.text_chars", None),
        ("replies.0.text_chars", True),
        ("replies.2.failure.kind", "bad luck"),
        ("replies.2.failure.detail", "half \ud83d"),
        ("replies.2.failure.status", "429"),
    ],
)
def test_one_wrong_value_refuses_the_whole_file(place: str, value: Json) -> None:
    with pytest.raises(ImportRefused, match="does not hold together"):
        read(changed(place, value))


def test_a_message_that_follows_its_own_answer_is_refused() -> None:
    with pytest.raises(ImportRefused, match="does not hold together"):
        read(changed("messages.0.parent_id", "r-1"))


def test_a_moment_that_is_missing_is_the_present_one() -> None:
    (tree,) = read(changed("messages.0.created_at", None))

    assert tree.users[0].created_at == LATER


def test_a_moment_without_a_zone_is_utc() -> None:
    (tree,) = read(changed("messages.0.created_at", "2030-05-01T12:00:00"))

    assert tree.users[0].created_at == NOON


def test_so_many_conversations_and_no_more() -> None:
    few: Json = json.loads(to_json([Tree(A_CONVERSATION, (), ())] * 20_001))

    with pytest.raises(ImportRefused, match="more than 20,000"):
        read(few)
    few["conversations"].pop()
    assert len(read(few)) == reading.MAX_CONVERSATIONS


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["m-1", "m-3", "r-1", "r-2", "completed"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = st.sampled_from(
    [
        *("title", "updated_at", "leaf_id", "messages", "messages.0", "messages.1.parent_id"),
        *("messages.0.created_at", "replies", "replies.0", "replies.0.id", "replies.0.usage"),
        *("replies.0.timings", "replies.0.usage.cost_usd", "replies.2.failure"),
        *("replies.0.continues_id", "replies.0.started_at", "replies.0.text_chars"),
    ]
)


@pytest.fixture(scope="module")
def store() -> Iterator[SqlStore]:
    with closing(SqlStore.open_in_memory()) as opened:
        yield opened


@given(JSON)
def test_no_json_does_more_than_be_refused(content: Json) -> None:
    with pytest.raises(ImportRefused):
        read(content)


@given(place=PLACES, value=JSON)
def test_whatever_stands_in_our_file_it_is_refused_or_the_store_takes_it(
    store: SqlStore, place: str, value: Json
) -> None:
    try:
        trees = read(changed(place, value))
    except ImportRefused:
        return

    store.add_trees(trees)
    assert [store.load_tree("bob", tree.conversation.id) for tree in trees] == trees
