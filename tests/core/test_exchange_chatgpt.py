"""ChatGPT's `conversations.json`: what was said comes in, whatever its nodes look like."""

from contextlib import closing
from datetime import UTC, datetime

import pytest
from exchange_samples import LATER, Json, chatgpt, node, read
from hypothesis import given
from hypothesis import strategies as st

from chat.exchange.chatgpt import UNKNOWN_MODEL
from chat.exchange.reading import ImportRefused
from chat.stores.sql import SqlStore
from chat.tree import Tree, path_of

ROOT = node("root", None)
SYSTEM = node("s", "root", "system", "")
HI = node("u1", "s", "user", "Hi")
HELLO = node("a1", "u1", "assistant", "Hello", metadata={"model_slug": "gpt-4o"})
LINE = (ROOT, SYSTEM, HI, HELLO)


def said(tree: Tree) -> list[tuple[str, str]]:
    return [(turn.user.text, turn.reply.text) for turn in path_of(tree)]


def all_replies(tree: Tree) -> list[str]:
    return [reply.text for reply in tree.replies]


def test_a_conversation_comes_in_with_title_models_and_moments() -> None:
    (tree,) = read([chatgpt(*LINE)])

    assert said(tree) == [("Hi", "Hello")]
    assert (tree.conversation.title, tree.conversation.owner) == ("Rivers", "bob")
    assert tree.conversation.updated_at == datetime(2023, 11, 14, 22, 15, tzinfo=UTC)
    (reply,) = tree.replies
    assert (reply.model, reply.outcome, reply.text_chars) == ("gpt-4o", "completed", 5)
    assert reply.started_at == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)


def test_what_is_not_there_has_its_stand_in() -> None:
    entry = {
        "mapping": chatgpt(ROOT, HI | {"parent": "root"}, node("a", "u1", "assistant", "Yes"))[
            "mapping"
        ]
    }

    (tree,) = read([entry])

    assert (tree.conversation.title, tree.conversation.updated_at) == ("ChatGPT", LATER)
    assert tree.replies[0].model == UNKNOWN_MODEL


def test_branches_come_in_and_the_path_ends_where_it_ended() -> None:
    again = node("a2", "u1", "assistant", "Hello again")
    more, edited = node("u2", "a1", "user", "More"), node("u3", "a1", "user", "Less")
    answers = (node("a3", "u2", "assistant", "Much"), node("a4", "u3", "assistant", "Little"))

    (tree,) = read([chatgpt(*LINE, again, more, edited, *answers, current="a3")])

    assert said(tree) == [("Hi", "Hello"), ("More", "Much")]
    assert sorted(all_replies(tree)) == ["Hello", "Hello again", "Little", "Much"]
    assert [len(turn.user_siblings) for turn in path_of(tree)] == [1, 2]
    assert [len(turn.reply_siblings) for turn in path_of(tree)] == [2, 1]


def test_tools_are_passed_through_and_an_answer_in_several_nodes_is_one() -> None:
    nodes = (
        node("t1", "u1", "assistant", "Let me look."),
        node("t2", "t1", "assistant", "", content={"content_type": "code", "text": "search()"}),
        node("t3", "t2", "tool", "17 results"),
        node("t4", "t3", "assistant", "Here it is."),
    )

    (tree,) = read([chatgpt(ROOT, SYSTEM, HI, *nodes, current="t4")])

    assert said(tree) == [("Hi", "Let me look.\n\nHere it is.")]
    assert tree.replies[0].text_chars == len("Let me look.\n\nHere it is.")


def test_an_answer_that_went_on_in_two_ways_is_two_answers() -> None:
    nodes = (
        node("t1", "u1", "assistant", "Let me look."),
        node("t2", "t1", "assistant", "Here."),
        node("t3", "t1", "assistant", "There."),
        node("u2", "t2", "user", "Thanks"),
        node("a2", "u2", "assistant", "Welcome"),
    )

    (tree,) = read([chatgpt(ROOT, SYSTEM, HI, *nodes, current="t3")])

    assert said(tree) == [("Hi", "Let me look.\n\nThere.")]
    assert all_replies(tree) == ["Let me look.\n\nHere.", "Welcome", "Let me look.\n\nThere."]


def test_a_question_without_an_answer_keeps_its_place() -> None:
    (tree,) = read([chatgpt(*LINE, node("u2", "a1", "user", "And?"), current="u2")])

    assert said(tree) == [("Hi", "Hello"), ("And?", "")]
    assert tree.replies[-1].outcome == "interrupted"


def test_two_questions_in_a_row_follow_each_other() -> None:
    (tree,) = read([chatgpt(ROOT, SYSTEM, HI, node("u2", "u1", "user", "Hello?"))])

    assert said(tree) == [("Hi", ""), ("Hello?", "")]


def test_pictures_and_other_parts_are_left_out() -> None:
    parts = [{"content_type": "image_asset_pointer"}, "What is this?", None]
    picture = node("u1", "s", "user", content={"parts": parts})

    (tree,) = read([chatgpt(ROOT, SYSTEM, picture, HELLO)])

    assert said(tree) == [("What is this?", "Hello")]


def test_conversations_in_which_the_visitor_said_nothing_are_left_out() -> None:
    assert len(read([chatgpt(ROOT, SYSTEM), chatgpt(*LINE)])) == 1
    with pytest.raises(ImportRefused, match="no conversation in it"):
        read([chatgpt(ROOT, SYSTEM)])


def test_a_long_conversation_comes_in_whole() -> None:
    nodes = [ROOT]
    for n in range(0, 6000, 2):
        nodes.append(node(f"n{n}", nodes[-1]["id"], "user", f"q{n}"))
        nodes.append(node(f"n{n + 1}", f"n{n}", "assistant", f"a{n}"))

    (tree,) = read([chatgpt(*nodes)])

    assert len(path_of(tree)) == 3000


def test_one_file_brought_in_twice_is_there_twice() -> None:
    with closing(SqlStore.open_in_memory()) as store:
        for owner in ("bob", "bob", "eve"):
            store.add_trees(read([chatgpt(*LINE, current="a1")], owner))

        assert len(store.list_conversations("bob", 9)) == 2
        assert len(store.list_conversations("eve", 9)) == 1


CIRCLE = (node("x", "y", "user", "x", "y"), node("y", "x", "assistant", "y", "x"))


@pytest.mark.parametrize(
    "nodes",
    [
        (
            ROOT | {"children": ["a"]},
            node("a", "root", "user", "a", "b"),
            node("b", "a", "", "", "a"),
        ),
        (ROOT | {"children": ["nowhere"]},),
        (ROOT | {"children": ["a", "a"]}, node("a", "root", "user", "a")),
        (ROOT | {"children": 7},),
        (ROOT | {"message": 7},),
        (node("a", None, "user", content=7),),
        (node("a", None, "user", "half \ud83d"),),
        (node("a", None, "user", "NUL \0"),),
        (node("a", None, "user", "when?", create_time=1e20),),
        (node("a", None, "user", "when?", create_time="soon"),),
        (node("a", None, "user", "who?", author="ann"),),
    ],
)
def test_nodes_that_do_not_hold_together_refuse_the_whole_file(nodes: tuple[Json, ...]) -> None:
    mapping = {item["id"]: item for item in nodes}

    with pytest.raises(ImportRefused, match="does not hold together"):
        read([chatgpt(*LINE), {"mapping": mapping}])


def test_a_circle_that_nothing_leads_to_is_not_there() -> None:
    (tree,) = read([chatgpt(*LINE, *CIRCLE)])

    assert said(tree) == [("Hi", "Hello")]


@pytest.mark.parametrize("entry", [7, {}, {"mapping": []}, {"mapping": None}, "mapping", [[]]])
def test_a_list_of_something_else_is_not_chatgpts(entry: Json) -> None:
    with pytest.raises(ImportRefused, match="neither"):
        read([chatgpt(*LINE), entry])


def test_so_many_conversations_and_no_more() -> None:
    with pytest.raises(ImportRefused, match="more than 20,000"):
        read([{"mapping": {}}] * 20_001)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.sampled_from(["", "a", "b", "root", "user", "assistant", "\0"])
    | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "parts", "author", "content", "create_time", "model_slug"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)
MESSAGES = st.fixed_dictionaries(
    {"author": st.just({"role": "user"}) | st.just({"role": "assistant"}) | VALUES},
    optional={
        "content": st.just({"parts": ["word"]}) | VALUES,
        "create_time": VALUES,
        "metadata": VALUES,
    },
)
KEYS = st.sampled_from(["root", "a", "b", "c"])
NODES = st.fixed_dictionaries(
    {
        "parent": st.none() | KEYS | VALUES,
        "children": st.lists(KEYS, max_size=2) | VALUES,
        "message": MESSAGES | VALUES,
    }
)
ENTRIES = st.fixed_dictionaries(
    {"mapping": st.dictionaries(KEYS, NODES | VALUES, max_size=4)},
    optional={"title": VALUES, "update_time": VALUES, "current_node": KEYS | VALUES},
)


@pytest.fixture(scope="module")
def store() -> SqlStore:
    return SqlStore.open_in_memory()


@given(entries=st.lists(ENTRIES, min_size=1, max_size=2))
def test_whatever_stands_in_the_file_it_is_refused_or_the_store_takes_it(
    store: SqlStore, entries: Json
) -> None:
    try:
        trees = read(entries)
    except ImportRefused:
        return

    store.add_trees(trees)
    assert [store.load_tree("bob", tree.conversation.id) for tree in trees] == trees
