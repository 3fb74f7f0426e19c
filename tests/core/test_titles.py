"""Titles by the model: one short line, or none."""

import pytest
from scripted import ScriptedProvider

from chat.conversations import TITLE_CHARS
from chat.errors import RateLimited
from chat.events import Finished, Opened, ReasoningDelta, TextDelta
from chat.messages import Secret
from chat.titles import EXCERPT_CHARS, title_by_model

FINISHED = Finished("stop")
KEY = Secret("k")


async def title(*pieces: str) -> str | None:
    provider = ScriptedProvider(Opened("gen-1"), *map(TextDelta, pieces), FINISHED)
    return await title_by_model(provider, "sim/x", KEY, "question", "answer")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Rivers of Europe", "Rivers of Europe"),
        ('"Rivers of Europe."', "Rivers of Europe"),
        ("**Rivers of Europe**\n\nIs that fine?", "Rivers of Europe"),
        ("# Rivers   of Europe", "Rivers of Europe"),
        ("\n\n Rivers of Europe \n", "Rivers of Europe"),
        ("“Flüsse” 🌊", "Flüsse” 🌊"),
    ],
)
async def test_the_title_is_the_models_first_line_without_its_ornaments(
    said: str, wanted: str
) -> None:
    assert await title(said) == wanted
    assert await title(*said) == wanted


@pytest.mark.parametrize("said", ["", " \n ", '""', "***"])
async def test_a_model_that_says_nothing_gives_no_title(said: str) -> None:
    assert await title(*said) is None


@pytest.mark.parametrize("said", ["word " * 99, "x" * 999])
async def test_a_long_title_is_cut(said: str) -> None:
    found = await title(said)

    assert found is not None
    assert len(found) <= TITLE_CHARS + 1
    assert found.endswith("…")


async def test_reasoning_is_no_title() -> None:
    provider = ScriptedProvider(ReasoningDelta("Let me think"), TextDelta("Rivers"), FINISHED)

    assert await title_by_model(provider, "sim/x", KEY, "q", "a") == "Rivers"


async def test_a_provider_that_fails_gives_no_title() -> None:
    provider = ScriptedProvider(TextDelta("Riv"), RateLimited("slow down"))

    assert await title_by_model(provider, "sim/x", KEY, "q", "a") is None


async def test_little_is_asked_for_and_little_is_sent() -> None:
    provider = ScriptedProvider(FINISHED)

    await title_by_model(provider, "sim/x", KEY, "q" * 99_999, "a" * 99_999)

    (request,) = provider.requests
    assert request.model == "sim/x"
    assert request.max_tokens < 100
    assert len(request.messages[0].text) < 2 * EXCERPT_CHARS + 200
