"""Values of the catalogue: what is free, and which model is like one that has gone."""

import pytest

from chat.built_in_models import BUILT_IN
from chat.catalogue import Model, find_model, nearest

GONE = {
    "anthropic/claude-sonnet-5": "anthropic/claude-sonnet-5.5",
    "anthropic/claude-sonnet-4.5": "anthropic/claude-sonnet-5.5",
    "google/gemma-4-31b-it": "google/gemma-4-31b-it:free",
    "openai/gpt-4o": "openai/gpt-4o-mini",
    "deepseek/deepseek-v3.1:free": "deepseek/deepseek-v3.2",
    "X-AI/Grok-4": "x-ai/grok-4.7",
}


@pytest.mark.parametrize(("gone", "like"), GONE.items())
def test_the_nearest_of_a_model_that_has_gone_is_its_successor(gone: str, like: str) -> None:
    found = nearest(BUILT_IN.models, gone)

    assert found is not None
    assert found.id == like


def test_where_nothing_is_alike_nothing_is_suggested() -> None:
    assert nearest(BUILT_IN.models, "zzz") is None
    assert nearest((), "acme/a") is None


def test_a_model_without_prices_is_not_free() -> None:
    assert not Model("acme/a", "A").is_free
    assert Model("acme/a", "A", prompt_usd=0, completion_usd=0).is_free


def test_a_model_is_found_by_its_whole_id() -> None:
    models = (Model("acme/a", "A"), Model("acme/ab", "B"))

    assert find_model(models, "acme/ab") is models[1]
    assert find_model(models, "acme") is None
