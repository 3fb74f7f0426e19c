"""What each model of an ask is sent: a fallback gets no more than it takes."""

from dataclasses import replace

from chat.ask import Ask
from chat.catalogue import Model
from chat.fitting import requests_of
from chat.images import Image
from chat.messages import Message
from chat.parameters import Parameters
from chat.prompt import LEFT_OUT

PNG = Image("image/png", b"\x89PNG\r\n\x1a\n")
SEER = Model(
    "a/seer",
    "Seer",
    max_output_tokens=4000,
    input_modalities=frozenset({"text", "image"}),
    supported_parameters=frozenset({"temperature", "top_p", "seed", "stop"}),
)
SMALL = Model(
    "a/small",
    "Small",
    max_output_tokens=200,
    input_modalities=frozenset({"text"}),
    supported_parameters=frozenset({"seed"}),
)
ASK = Ask(
    "a/seer",
    5000,
    temperature=0.5,
    top_p=0.9,
    fallbacks=("a/small", "a/unknown", "a/seer"),
    parameters=Parameters(seed=7, stop=("END",)),
    known={model.id: model for model in (SEER, SMALL)},
)
LOOK = Message("user", "What is this?", (PNG,))


def test_each_model_gets_the_parameters_that_it_takes_and_no_more_tokens_than_it_writes() -> None:
    seer, small, unknown = requests_of(ASK, (Message("user", "Hi"),))

    assert (seer.max_tokens, seer.temperature, seer.top_p) == (4000, 0.5, 0.9)
    assert seer.parameters == Parameters(seed=7, stop=("END",))
    assert (small.max_tokens, small.temperature, small.top_p) == (200, None, None)
    assert small.parameters == Parameters(seed=7)
    assert (unknown.max_tokens, unknown.temperature) == (5000, 0.5)
    assert unknown.parameters == ASK.parameters


def test_a_fallback_gets_what_the_first_model_does_not_take() -> None:
    ask = replace(ASK, model="a/small", fallbacks=("a/seer",))

    small, seer = requests_of(ask, (Message("user", "Hi"),))

    assert (small.temperature, seer.temperature) == (None, 0.5)
    assert (small.max_tokens, seer.max_tokens) == (200, 4000)


def test_a_fallback_that_cannot_see_is_passed_over_for_a_message_with_an_image() -> None:
    requests = requests_of(ASK, (LOOK, Message("assistant", "It is")))

    assert [request.model for request in requests] == ["a/seer", "a/unknown"]
    assert all(request.messages[0].images == (PNG,) for request in requests)


def test_of_earlier_images_a_fallback_that_cannot_see_is_told() -> None:
    seer, small, _ = requests_of(ASK, (LOOK, Message("assistant", "Cat"), Message("user", "Why?")))

    assert seer.messages[0] == LOOK
    assert small.messages[0] == Message("user", f"What is this?\n\n{LEFT_OUT}")
