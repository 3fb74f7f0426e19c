"""The tree of a conversation: paths, siblings, and what a choice leads to."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from scripted import A_CONVERSATION, a_tree, a_turn

from chat.conversations import StoredTurn
from chat.tree import Tree, leaf_below, path_of


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Grown as conversations are: messages, edits, answers given anew, continuations."""
    turns: list[StoredTurn] = []
    for n in range(draw(st.integers(0, 12))):
        how = draw(st.sampled_from(["say", "edit", "regenerate", "go_on"]))
        at = draw(st.sampled_from(turns)) if turns else None
        if at is None or how == "say":
            turns.append(a_turn(str(n), at.reply.id if at else None))
        elif how == "edit":
            turns.append(a_turn(str(n), at.user.parent_id))
        else:
            again = replace(a_turn(str(n)).reply, message_id=at.user.id)
            taken_up = at.reply.id if how == "go_on" else None
            turns.append(StoredTurn(at.user, replace(again, continues_id=taken_up)))
    leaf = draw(st.sampled_from([None, *(turn.reply.id for turn in turns)]))
    return a_tree(*turns, leaf_id=leaf)


def ids(tree: Tree) -> list[tuple[str, str]]:
    return [(turn.user.id, turn.reply.id) for turn in path_of(tree)]


def go_on(name: str, message: str, old: str) -> StoredTurn:
    turn = a_turn(name, message=message)
    return replace(turn, reply=replace(turn.reply, continues_id=f"r-{old}"))


def test_a_conversation_without_a_word_has_no_path() -> None:
    assert path_of(a_tree()) == []


def test_the_path_leads_to_the_newest_reply_unless_another_was_chosen() -> None:
    tree = a_tree(a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-1"))

    assert ids(tree) == [("m-1", "r-1"), ("m-3", "r-3")]
    assert ids(replace(tree, leaf_id="r-2")) == [("m-1", "r-1"), ("m-2", "r-2")]
    assert ids(replace(tree, leaf_id="unknown")) == ids(tree)


def test_an_edited_message_and_the_one_it_was_made_from_are_siblings() -> None:
    turns = path_of(a_tree(a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-1")))

    assert turns[0].user_siblings == ("m-1",)
    assert turns[1].user_siblings == ("m-2", "m-3")


def test_an_edited_first_message_is_a_sibling_of_the_first() -> None:
    (turn,) = path_of(a_tree(a_turn("1"), a_turn("2")))

    assert (turn.user.id, turn.user_siblings) == ("m-2", ("m-1", "m-2"))


def test_answers_to_the_same_message_are_siblings_oldest_first() -> None:
    (turn,) = path_of(a_tree(a_turn("1"), a_turn("2", message="1"), a_turn("3", message="1")))

    assert (turn.reply.id, turn.reply_siblings) == ("r-3", ("r-1", "r-2", "r-3"))


def test_a_reply_that_was_gone_on_from_is_hidden() -> None:
    tree = a_tree(a_turn("1"), a_turn("2", message="1"), go_on("3", "1", old="2"))

    (turn,) = path_of(tree)

    assert (turn.reply.id, turn.reply_siblings) == ("r-3", ("r-1", "r-3"))


def test_of_several_goings_on_only_the_last_is_seen() -> None:
    (turn,) = path_of(a_tree(a_turn("1"), go_on("2", "1", old="1"), go_on("3", "1", old="2")))

    assert turn.reply_siblings == ("r-3",)


def test_a_hidden_reply_is_seen_where_the_path_leads_to_it() -> None:
    (turn,) = path_of(a_tree(a_turn("1"), go_on("2", "1", old="1"), leaf_id="r-1"))

    assert (turn.reply.id, turn.reply_siblings) == ("r-1", ("r-1", "r-2"))


def test_the_newest_reply_below_a_choice_is_where_its_path_ends() -> None:
    tree = a_tree(a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-1"), a_turn("4", "r-2"))

    assert leaf_below(tree, "m-1") == leaf_below(tree, "r-1") == "r-4"
    assert leaf_below(tree, "m-2") == leaf_below(tree, "r-2") == "r-4"
    assert leaf_below(tree, "m-3") == leaf_below(tree, "r-3") == "r-3"


def test_below_an_unknown_node_is_nothing() -> None:
    assert leaf_below(a_tree(a_turn("1")), "r-9") is None
    assert leaf_below(Tree(A_CONVERSATION, (a_turn("1").user,), ()), "m-1") is None


@given(trees())
def test_each_turn_of_a_path_follows_the_one_before(tree: Tree) -> None:
    turns = path_of(tree)

    assert bool(turns) == bool(tree.replies)
    assert all(turn.reply.message_id == turn.user.id for turn in turns)
    before = [None, *(turn.reply.id for turn in turns)]
    assert [turn.user.parent_id for turn in turns] == before[: len(turns)]


@given(trees())
def test_each_turn_is_among_its_siblings_once(tree: Tree) -> None:
    for turn in path_of(tree):
        assert turn.user_siblings.count(turn.user.id) == 1
        assert turn.reply_siblings.count(turn.reply.id) == 1


@given(trees())
def test_every_reply_and_every_message_can_be_reached_by_choosing_it(tree: Tree) -> None:
    for reply in tree.replies:
        chosen = path_of(replace(tree, leaf_id=leaf_below(tree, reply.id)))
        assert reply.id in [turn.reply.id for turn in chosen]
    for user in tree.users:
        chosen = path_of(replace(tree, leaf_id=leaf_below(tree, user.id)))
        assert user.id in [turn.user.id for turn in chosen]


@given(trees())
def test_every_reply_is_a_sibling_somewhere_or_was_gone_on_from(tree: Tree) -> None:
    seen: set[str] = {reply.continues_id for reply in tree.replies if reply.continues_id}
    for reply in tree.replies:
        for turn in path_of(replace(tree, leaf_id=reply.id)):
            seen |= set(turn.reply_siblings)

    assert seen == {reply.id for reply in tree.replies}
