"""Images in a turn: shown to models that see, said to those that do not, kept with the message."""

from dataclasses import replace

import pytest
from scripted import wait_end
from test_images import drawn
from turn_world import ASK, World, made_world  # noqa: F401 - a fixture

from chat.catalogue import Model
from chat.events import Finished, TextDelta
from chat.images import Image
from chat.live import LiveReply
from chat.messages import Message
from chat.prompt import BROKEN, LEFT_OUT
from chat.refusals import MessageRefused

PNG = Image("image/png", drawn("PNG"))
CUT = Image("image/png", PNG.data[:40])
SHOWN = replace(ASK, images=(PNG,))
TEXT_ONLY = frozenset({"text"})
BLIND = replace(ASK, known={"sim/x": Model("sim/x", "X", input_modalities=TEXT_ONLY)})


def answered(world: World, live: LiveReply) -> tuple[Message, ...]:
    """Lets the answer end; the prompt it was asked for with."""
    world.provider.say(TextDelta("A cat."), Finished("stop"))
    wait_end(live)
    return world.provider.requests[-1].messages


def first(world: World, text: str = "What is this?") -> str:
    """A conversation whose only message has an image; its id."""
    live = world.turns.begin("ann", None, text, SHOWN)
    assert answered(world, live) == (Message("user", text, (PNG,)),)
    return live.conversation_id


def test_an_image_goes_to_the_model_and_is_kept_with_its_message(world: World) -> None:
    conversation = first(world)

    turns, _ = world.opened(conversation)
    assert turns[0].user.images == (PNG,)


def test_an_image_alone_is_a_message(world: World) -> None:
    assert first(world, "")


def test_a_model_that_sees_nothing_is_not_asked_to_look(world: World) -> None:
    with pytest.raises(MessageRefused) as refused:
        world.turns.begin("ann", None, "Look", replace(BLIND, images=(PNG,)))

    assert refused.value.reason == "no_images"
    assert world.provider.requests == []


def test_later_a_model_that_sees_nothing_is_told_that_an_image_was_there(world: World) -> None:
    conversation = first(world)

    prompt = answered(world, world.turns.begin("ann", conversation, "And now?", BLIND))

    assert prompt[0].text == f"What is this?\n\n{LEFT_OUT}"
    assert all(message.images == () for message in prompt)


def test_asked_again_and_edited_it_is_shown_again(world: World) -> None:
    conversation = first(world)
    turns, _ = world.opened(conversation)

    edited = world.turns.edit("ann", conversation, turns[0].user.id, "Once more?", ASK)
    assert answered(world, edited)[-1].images == (PNG,)
    assert answered(world, world.turns.regenerate("ann", conversation, ASK))[-1].images == (PNG,)


def test_a_broken_image_is_left_out_of_what_is_asked_and_its_text_is_kept(world: World) -> None:
    ask = replace(ASK, images=(CUT, PNG))

    live = world.turns.begin("ann", None, "What is this?", ask)

    asked = answered(world, live)
    assert asked == (Message("user", f"What is this?\n\n{BROKEN}", (PNG,)),)
    turns, _ = world.opened(live.conversation_id)
    assert turns[0].user.images == (CUT, PNG)


def test_a_message_of_a_broken_image_alone_says_that_one_was_there(world: World) -> None:
    live = world.turns.begin("ann", None, "", replace(ASK, images=(CUT,)))

    assert answered(world, live) == (Message("user", BROKEN),)
