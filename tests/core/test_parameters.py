"""Parameters: only what the chosen model takes is asked for."""

import pytest

from chat.catalogue import Model, Reasoning
from chat.parameters import Parameters, efforts_of, read_providers, taken_by, tokens_within

WISHED = Parameters(seed=7, effort="high", stop=("END",))


def model(*parameters: str, reasoning: Reasoning | None = None, most: int | None = None) -> Model:
    return Model(
        "acme/a",
        "A",
        supported_parameters=frozenset(parameters),
        reasoning=reasoning,
        max_output_tokens=most,
    )


def test_a_model_that_nobody_knows_is_sent_everything() -> None:
    assert taken_by(None, WISHED) == WISHED
    assert taken_by(Model("acme/a", "A"), Parameters(seed=7)) == Parameters(seed=7)


def test_what_a_model_does_not_take_is_left_out() -> None:
    assert taken_by(model(), WISHED) == Parameters()
    assert taken_by(model("seed"), WISHED) == Parameters(seed=7)
    assert taken_by(model("reasoning"), WISHED) == Parameters(effort="high")
    assert taken_by(model("stop"), WISHED) == Parameters(stop=("END",))


def test_an_effort_that_the_model_does_not_have_is_left_out() -> None:
    known = model(reasoning=Reasoning(efforts=("low",)))

    assert taken_by(known, WISHED).effort is None
    assert efforts_of(known) == ("low",)


def test_reasoning_that_is_mandatory_cannot_be_turned_off() -> None:
    assert "none" in efforts_of(model(reasoning=Reasoning()))
    assert "none" not in efforts_of(model(reasoning=Reasoning(is_mandatory=True)))
    assert efforts_of(model("temperature")) == ()


def test_the_length_asked_for_is_within_the_models_limit() -> None:
    assert tokens_within(model(most=100), 1024) == 100
    assert tokens_within(model(most=4096), 1024) == 1024
    assert tokens_within(None, 1024) == 1024


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("", ()),
        (" , ,", ()),
        ("DeepInfra, together ,together", ("deepinfra", "together")),
        ("Amazon Bedrock", ("amazon-bedrock",)),
        ("openai/priority", ("openai/priority",)),
        ("bad\nname, <x>, -x", ()),
        ("x" * 61, ()),
    ],
)
def test_providers_are_read_leniently(typed: str, slugs: tuple[str, ...]) -> None:
    assert read_providers(typed) == slugs
