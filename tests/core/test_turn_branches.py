"""Editing a message, going on with an answer: branches, and nothing overwritten."""

from dataclasses import replace

import pytest
from scripted import PATIENCE_S, Step, wait_end
from turn_world import ASK, FINISHED, World, made_world  # noqa: F401 - the fixture

from chat.conversations import ReplyRecord
from chat.events import Continued, Finished, StartedOver, TextDelta
from chat.live import LiveReply
from chat.refusals import MessageRefused
from chat.tree import leaf_below

PARTIAL = "The quick brown fox jumps over the"


def finish(world: World, live: LiveReply, *steps: Step) -> ReplyRecord:
    """The reply that ended with these steps, as it was saved."""
    world.provider.say(*steps)
    wait_end(live)
    while (record := world.store.saved.get(timeout=PATIENCE_S)).outcome is None:
        pass
    while world.engine.find(live.id, "ann"):
        pass
    assert record.id == live.id
    return record


def cut_off(world: World, text: str = PARTIAL) -> LiveReply:
    """An answer that reached its limit."""
    live = world.begin("What does the fox do?")
    said = [TextDelta(text)] if text else []
    finish(world, live, *said, Finished("length"))
    return live


def asked(world: World) -> list[tuple[str, str]]:
    assert world.provider.has_begun.wait(PATIENCE_S)
    return [(message.role, message.text) for message in world.provider.requests[-1].messages]


def test_an_edited_message_begins_a_branch_beside_the_one_it_was_made_from(world: World) -> None:
    first = world.answered("one")
    second = world.answered("two", first.conversation_id)
    old = world.opened(first.conversation_id)[0][1].user

    edited = world.turns.edit("ann", first.conversation_id, old.id, "two!", ASK)
    finish(world, edited, TextDelta("re: two!"), FINISHED)

    turns, _ = world.opened(first.conversation_id)
    assert [turn.user.text for turn in turns] == ["one", "two!"]
    assert turns[1].user_siblings == (old.id, turns[1].user.id)
    assert asked(world) == [("user", "one"), ("assistant", "re: one"), ("user", "two!")]
    found = world.turns.open("ann", first.conversation_id)
    assert found is not None
    assert leaf_below(found.tree, old.id) == second.id


def test_the_first_message_may_be_edited_and_the_title_stays(world: World) -> None:
    first = world.answered("one")
    message = world.opened(first.conversation_id)[0][0].user

    edited = world.turns.edit("ann", first.conversation_id, message.id, "uno", ASK)
    finish(world, edited, FINISHED)

    (turn,) = world.opened(first.conversation_id)[0]
    assert (turn.user.text, turn.user.parent_id) == ("uno", None)
    assert [c.title for c in world.store.list_conversations("ann", 9)] == ["one"]


@pytest.mark.parametrize("message_id", ["nowhere", "", "\0"])
def test_a_message_that_is_not_on_the_path_cannot_be_edited(world: World, message_id: str) -> None:
    live = world.answered("one")

    with pytest.raises(MessageRefused, match="unknown_conversation"):
        world.turns.edit("ann", live.conversation_id, message_id, "two", ASK)

    assert len(world.provider.requests) == 1


def test_what_cannot_be_sent_cannot_be_edited_in(world: World) -> None:
    live = world.answered("one")
    message = world.opened(live.conversation_id)[0][0].user

    with pytest.raises(MessageRefused, match="empty"):
        world.turns.edit("ann", live.conversation_id, message.id, " ", ASK)
    with pytest.raises(MessageRefused, match="unknown_conversation"):
        world.turns.edit("eve", live.conversation_id, message.id, "mine", ASK)


def test_nothing_is_edited_or_gone_on_with_while_an_answer_runs(world: World) -> None:
    live = world.begin("one")
    message = world.opened(live.conversation_id)[0][0].user

    with pytest.raises(MessageRefused, match="busy"):
        world.turns.edit("ann", live.conversation_id, message.id, "two", ASK)
    with pytest.raises(MessageRefused, match="busy"):
        world.turns.go_on("ann", live.conversation_id, ASK)


def test_going_on_gives_the_model_its_own_words_and_hides_the_shorter_answer(world: World) -> None:
    old = cut_off(world, f"{PARTIAL} ")

    live = world.turns.go_on("ann", old.conversation_id, ASK)
    record = finish(world, live, TextDelta(" lazy dog."), FINISHED)

    assert asked(world) == [("user", "What does the fox do?"), ("assistant", PARTIAL)]
    assert (record.text, record.text_chars) == (f"{PARTIAL} lazy dog.", 10)
    (turn,) = world.opened(old.conversation_id)[0]
    assert (turn.reply.id, turn.reply_siblings) == (live.id, (live.id,))
    assert turn.reply.continues_id == old.id


def test_what_was_there_is_on_screen_before_the_model_says_a_word(world: World) -> None:
    old = cut_off(world)

    live = world.turns.go_on("ann", old.conversation_id, ASK)

    turns, running = world.opened(old.conversation_id)
    assert running is live
    assert turns[0].reply.text == PARTIAL
    live.wait(1, PATIENCE_S)
    assert live.read()[1].event == Continued(PARTIAL)


def test_an_answer_that_starts_over_keeps_both(world: World) -> None:
    old = cut_off(world)
    again = "The quick brown fox jumps on a log."

    live = world.turns.go_on("ann", old.conversation_id, ASK)
    world.provider.say(TextDelta(again), FINISHED)
    fold = wait_end(live)

    assert (fold.text, fold.has_started_over) == (again, True)
    assert StartedOver() in [entry.event for entry in live.read()]
    record = finish(world, live)
    assert (record.text, record.continues_id) == (again, None)
    (turn,) = world.opened(old.conversation_id)[0]
    assert turn.reply_siblings == (old.id, live.id)


def test_one_may_go_on_again_and_again(world: World) -> None:
    old = cut_off(world)
    second = world.turns.go_on("ann", old.conversation_id, ASK)
    finish(world, second, TextDelta(" lazy"), Finished("length"))

    third = world.turns.go_on("ann", old.conversation_id, ASK)
    record = finish(world, third, TextDelta(" dog."), FINISHED)

    assert record.text == f"{PARTIAL} lazy dog."
    assert world.opened(old.conversation_id)[0][0].reply_siblings == (third.id,)


@pytest.mark.parametrize("text", ["", " \n"])
def test_going_on_without_a_word_asks_again(world: World, text: str) -> None:
    old = cut_off(world, text)

    live = world.turns.go_on("ann", old.conversation_id, ASK)
    record = finish(world, live, TextDelta("It jumps."), FINISHED)

    assert asked(world) == [("user", "What does the fox do?")]
    assert (record.text, record.continues_id) == ("It jumps.", None)
    assert world.opened(old.conversation_id)[0][0].reply_siblings == (old.id, live.id)


def test_a_continuation_that_is_stopped_keeps_what_was_there(world: World) -> None:
    old = cut_off(world)
    live = world.turns.go_on("ann", old.conversation_id, ASK)
    live.wait(1, PATIENCE_S)

    world.engine.stop(live.id, "ann")

    assert finish(world, live).text == PARTIAL


def test_how_an_answer_was_asked_for_is_told_once(world: World) -> None:
    ask = replace(ASK, max_tokens=7)
    live = world.turns.begin("ann", None, "hi", ask)

    assert world.turns.take_ask(live.id) == ask
    assert world.turns.take_ask(live.id) is None
    assert world.turns.take_ask("other") is None


def test_a_conversation_is_answering_until_its_answer_has_ended(world: World) -> None:
    live = world.begin("one")
    assert world.turns.is_answering("ann", live.conversation_id)
    assert not world.turns.is_answering("eve", live.conversation_id)
    assert not world.turns.is_answering("ann", "other")

    finish(world, live, FINISHED)

    assert not world.turns.is_answering("ann", live.conversation_id)
