"""OpenRouter's list of models, whole and broken."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.catalogue import Model
from chat.catalogue_json import MAX_BYTES, CatalogueUnusable, parse_catalogue

WHOLE: dict[str, Any] = {
    "id": "acme/large",
    "canonical_slug": "acme/large-20260217",
    "name": "Acme: Large",
    "created": 1_771_286_400,
    "context_length": 131_072,
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
    "pricing": {"prompt": "0.00000015", "completion": "0.0000006"},
    "top_provider": {"max_completion_tokens": 16_384},
    "supported_parameters": ["temperature", "reasoning"],
    "reasoning": {"mandatory": True, "supported_efforts": ["low", "high"]},
    "expiration_date": "2026-12-31",
}


def parsed(*entries: object) -> tuple[Model, ...]:
    return parse_catalogue(json.dumps({"data": entries}).encode())


def one(**changes: object) -> Model:
    (model,) = parsed(WHOLE | changes)
    return model


def test_an_entry_is_read_with_prices_per_million_tokens() -> None:
    model = one()

    assert (model.prompt_usd, model.completion_usd) == (0.15, 0.6)
    assert (model.context_tokens, model.max_output_tokens) == (131_072, 16_384)
    assert model.created_at == datetime(2026, 2, 17, tzinfo=UTC)
    assert model.expires_on == date(2026, 12, 31)
    assert model.sees_images
    assert model.reasoning is not None
    assert (model.reasoning.is_mandatory, model.reasoning.efforts) == (True, ("low", "high"))
    assert not model.takes("seed")


def test_a_price_of_minus_one_varies_and_is_not_free() -> None:
    model = one(pricing={"prompt": "-1", "completion": "-1"})

    assert (model.prompt_usd, model.completion_usd) == (None, None)
    assert not model.is_free


def test_a_model_is_free_by_its_price_and_not_by_its_name() -> None:
    nothing = {"prompt": "0", "completion": "0"}

    assert one(pricing=nothing).is_free
    assert not one(id="acme/large:free", name="Free").is_free
    assert not one(pricing=nothing | {"request": "0.01"}).is_free
    assert not one(id="openrouter/auto", pricing=nothing).is_free


@pytest.mark.parametrize(
    "changes",
    [
        {"context_length": None},
        {"architecture": None},
        {"pricing": None},
        {"pricing": {"prompt": None, "completion": "NaN"}},
        {"top_provider": None},
        {"supported_parameters": None},
        {"reasoning": "yes"},
        {"created": "yesterday"},
        {"created": 1e300},
        {"expiration_date": "soon"},
        {"name": None},
        {"context_length": True},
        {"context_length": "128000"},
    ],
    ids=str,
)
def test_what_is_missing_or_odd_is_not_known_and_the_rest_stands(changes: dict[str, Any]) -> None:
    assert one(**changes).id == "acme/large"


def test_words_that_no_widget_takes_are_left_out() -> None:
    said = {"supported_efforts": ["low", "", "\ud800", "a\nb", "x" * 61, 5]}

    reasoning = one(reasoning=said).reasoning

    assert reasoning is not None
    assert reasoning.efforts == ("low",)


def test_an_entry_of_an_id_alone_is_a_model() -> None:
    (model,) = parsed({"id": "acme/bare"})

    assert (model.name, model.context_tokens, model.prompt_usd) == ("acme/bare", None, None)
    assert model.sees_images is None
    assert model.takes("seed")


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "acme/large",
        {},
        {"id": ""},
        {"id": 7},
        {"id": "two words"},
        {"id": "line\nbreak"},
        {"id": "a" * 201},
        {"id": "sim/echo"},
        {"id": "local/other"},
        {"id": "acme/draws", "architecture": {"output_modalities": ["image"]}},
    ],
    ids=str,
)
def test_an_entry_that_cannot_be_used_is_left_out(entry: object) -> None:
    assert [model.id for model in parsed(entry, WHOLE)] == ["acme/large"]


def test_a_name_is_one_line_that_can_be_shown() -> None:
    assert one(name="  Big\n\tmodel\u202e\0 ").name == "acme/large"
    assert one(name="  Big\n\tmodel\u202e ").name == "Big model"


def test_the_same_id_twice_is_one_model() -> None:
    assert [model.name for model in parsed(WHOLE, WHOLE | {"name": "Other"})] == ["Acme: Large"]


def test_five_thousand_models_are_read() -> None:
    many = [WHOLE | {"id": f"acme/m-{n}"} for n in range(5_000)]

    assert len(parsed(*many)) == 5_000


UNUSABLE = {
    b"<!doctype html><title>Sign in</title>": "A web page came",
    b'{"data": [{"id": "acme/la': "only in part",
    b"": "only in part",
    b"\xff\xfe": "only in part",
    b"[" * 100_000: "only in part",
    b'{"error": {"code": 500}}': "not a list of models",
    b'{"data": null}': "not a list of models",
    b"[]": "not a list of models",
    b'{"data": []}': "has none in it",
    b'{"data": [{"id": null}]}': "has none in it",
}


@pytest.mark.parametrize(("body", "sentence"), UNUSABLE.items(), ids=lambda v: str(v)[:30])
def test_what_is_no_list_is_said_in_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(CatalogueUnusable, match=sentence):
        parse_catalogue(body)


def test_a_list_that_is_too_long_is_not_even_read() -> None:
    with pytest.raises(CatalogueUnusable, match="too long"):
        parse_catalogue(b" " * (MAX_BYTES + 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.fixed_dictionaries({name: JSON for name in WHOLE if name != "id"}))
def test_no_value_of_a_field_makes_an_entry_fail(fields: dict[str, Any]) -> None:
    (model,) = parsed(fields | {"id": "acme/large"}) or (None,)

    assert model is None or model.id == "acme/large"


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    models: tuple[Model, ...] = ()
    sentence = ""
    try:
        models = parse_catalogue(body)
    except CatalogueUnusable as error:
        sentence = str(error)
    assert bool(models) != bool(sentence)
