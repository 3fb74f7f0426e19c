"""The two calls about keys over a real socket: what is asked, what is believed of the answer."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from raw_upstream import KEY, http, refusal, upstream, wire_to

from chat.errors import ProviderError
from chat.key_book import KeyInfo
from chat.messages import Secret
from chat.providers.openai_keys import OpenAIKeys, info_of
from chat.routing import Endpoint
from chat.simulator import SimulatorServer
from chat.simulator.special_keys import DISABLED_KEY, FREE_KEY, UNLIMITED_KEY

JSON = "Content-Type: application/json"


def keys_at(base_url: str) -> OpenAIKeys:
    return OpenAIKeys(
        wire_to(base_url).client, lambda key: Endpoint(base_url, key, is_loopback=True)
    )


@pytest.fixture
async def openrouter() -> AsyncIterator[OpenAIKeys]:
    server = SimulatorServer()
    yield keys_at(server.start())
    server.close()


async def test_a_key_is_described(openrouter: OpenAIKeys) -> None:
    assert await openrouter.describe(KEY) == KeyInfo(
        "sk-or-v1-a...1a1", 10.0, 9.5, free_left=(1000, 1000)
    )
    assert (await openrouter.describe(Secret(UNLIMITED_KEY))).remaining_usd is None
    free = await openrouter.describe(Secret(FREE_KEY))
    assert (free.free_left, free.expires_at) == ((0, 50), datetime(2099, 12, 31, 12, tzinfo=UTC))


async def test_a_refused_key_is_an_error_with_the_upstreams_words(openrouter: OpenAIKeys) -> None:
    with pytest.raises(ProviderError) as refused:
        await openrouter.describe(Secret(DISABLED_KEY))

    assert refused.value.failure.kind == "invalid_key"
    assert refused.value.failure.detail == "This API key is disabled."


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (http(b"<html>Sign in", "Content-Type: text/html"), "bad_answer"),
        (http(b"[]", JSON), "bad_answer"),
        (http(b'{"data": 1}', JSON), "bad_answer"),
        (http(b'{"data": {"label"', JSON), "bad_answer"),
        (http(b"", JSON, status="500 Oops"), "model_unavailable"),
        (refusal("401 Unauthorized", {"message": f"no {KEY.value}"}), "invalid_key"),
        (b"", "connection_lost"),
    ],
    ids=["html", "list", "number", "truncated", "500", "quoted", "cut"],
)
async def test_an_answer_that_is_none_is_an_error_without_the_key(answer: bytes, kind: str) -> None:
    async with upstream(answer) as server:
        with pytest.raises(ProviderError) as refused:
            await keys_at(server.base_url).describe(KEY)

    assert refused.value.failure.kind == kind
    assert KEY.value not in f"{refused.value!r} {refused.value.failure} {refused.value.__cause__!r}"


async def test_only_the_bearer_holds_the_key() -> None:
    async with upstream(http(b'{"data": {}}', JSON)) as server:
        await keys_at(server.base_url).describe(KEY)

    assert server.heads[0].startswith("GET /api/v1/key HTTP/1.1")
    assert server.headers["authorization"] == f"Bearer {KEY.value}"
    assert server.heads[0].count(KEY.value) == 1


@pytest.mark.parametrize(
    ("said", "info"),
    [
        ({}, KeyInfo("OpenRouter key")),
        ({"label": KEY.value}, KeyInfo("OpenRouter key")),
        ({"label": 7, "limit": "10", "limit_remaining": True}, KeyInfo("OpenRouter key")),
        ({"label": "k" * 500}, KeyInfo("k" * 40)),
        ({"label": "k", "limit_remaining": float("nan")}, KeyInfo("k")),
        ({"label": "k", "free_model_daily_requests": {"remaining": "3"}}, KeyInfo("k")),
        ({"label": "k", "expires_at": "soon"}, KeyInfo("k")),
        ({"label": "k\ud800\n"}, KeyInfo("k")),
        ({"label": "k", "limit": 10**400, "limit_remaining": -(10**400)}, KeyInfo("k")),
        ({"label": "k", "free_model_daily_requests": {"remaining": 10**5000}}, KeyInfo("k")),
        (
            {"label": "k", "expires_at": "2027-01-02"},
            KeyInfo("k", expires_at=datetime(2027, 1, 2, tzinfo=UTC)),
        ),
    ],
)
def test_what_has_another_shape_is_taken_as_not_said(said: dict[str, Any], info: KeyInfo) -> None:
    assert info_of({"data": said}, KEY) == info


async def test_a_codes_exchange_sends_no_key() -> None:
    async with upstream(http(json.dumps({"key": KEY.value}).encode(), JSON)) as server:
        key = await keys_at(server.base_url).exchange("code-1", "verifier-1")

    assert key == KEY
    assert server.heads[0].startswith("POST /api/v1/auth/keys HTTP/1.1")
    assert "authorization" not in server.headers
    assert server.bodies == [
        {"code": "code-1", "code_verifier": "verifier-1", "code_challenge_method": "S256"}
    ]


@pytest.mark.parametrize("body", [b"{}", b'{"key": ""}', b'{"key": "a b"}', b"[]", b"{"])
async def test_an_exchange_without_a_key_is_an_error(body: bytes) -> None:
    async with upstream(http(body, JSON)) as server:
        with pytest.raises(ProviderError, match="bad_answer"):
            await keys_at(server.base_url).exchange("code-1", "verifier-1")
