"""How a conversation stands when it is opened, whatever became of its last answer."""

from dataclasses import replace

from scripted import A_CONVERSATION, a_turn, wait_end, wait_entries
from turn_world import ASK, FINISHED, World, made_world  # noqa: F401 - the fixture

from chat.errors import Failure
from chat.events import TextDelta
from chat.live import LiveReply


def test_a_running_answer_is_opened_with_its_log(world: World) -> None:
    live = world.begin()
    world.provider.say(TextDelta("a"))
    wait_entries(live, 2)

    turns, running = world.opened(live.conversation_id)

    assert running is live
    assert turns[0].reply.outcome is None


def test_an_answer_that_ended_and_is_not_saved_is_opened_as_it_ended(world: World) -> None:
    live = world.begin()
    world.store.go_away()
    world.provider.say(TextDelta("a"), FINISHED)
    wait_end(live)

    turns, running = world.opened(live.conversation_id)

    assert running is None
    assert (turns[0].reply.outcome, turns[0].reply.text) == ("completed", "a")


def test_a_saved_answer_is_opened_as_it_was_saved(world: World) -> None:
    live = world.answered("one")

    turns, running = world.opened(live.conversation_id)

    assert running is None
    assert (turns[0].reply.outcome, turns[0].reply.text) == ("completed", "re: one")


def test_an_answer_that_runs_elsewhere_is_opened_as_running_without_a_log(world: World) -> None:
    turn = a_turn()
    world.store.add_turn(turn, A_CONVERSATION)
    world.store.save_replies([replace(turn.reply, text="par")])

    turns, running = world.opened("c")

    assert running is None
    assert (turns[0].reply.outcome, turns[0].reply.text) == (None, "par")


def test_an_answer_of_a_dead_process_is_opened_as_interrupted(world: World) -> None:
    turn = a_turn()
    world.store.add_turn(turn, A_CONVERSATION)
    dead = replace(turn.reply, text="par", outcome="interrupted")
    world.store.save_replies([replace(dead, failure=Failure("interrupted"))])

    turns, running = world.opened("c")

    assert running is None
    reply = turns[0].reply
    assert (reply.outcome, reply.text) == ("interrupted", "par")
    assert reply.failure == Failure("interrupted")


def test_an_answer_that_begins_while_the_conversation_is_read_is_running(world: World) -> None:
    live = world.answered()
    begun: list[LiveReply] = []
    world.store.before_load = lambda: begun.append(
        world.turns.regenerate("ann", live.conversation_id, ASK)
    )

    _, running = world.opened(live.conversation_id)

    assert [running] == begun
