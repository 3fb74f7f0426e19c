"""The list of models over a real socket: what is asked, with which key, and what comes of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from raw_upstream import KEY, Upstream, http, refusal, upstream, wire_to

from chat.catalogue_json import parse_catalogue
from chat.errors import ProviderError
from chat.messages import Secret
from chat.routing import Endpoint
from chat.simulator import SimulatorServer

LIST = http(b'{"data": [{"id": "acme/a"}]}', "Content-Type: application/json")


async def fetched(server: Upstream, *, is_public: bool = True, key: Secret = KEY) -> bytes:
    wire = wire_to(server.base_url)
    try:
        endpoint = Endpoint(server.base_url, key, is_loopback=True)
        return await wire.models_of(endpoint, is_public=is_public)
    finally:
        await wire.close()


async def test_everybodys_list_is_asked_for_without_a_key() -> None:
    async with upstream(LIST) as server:
        body = await fetched(server)

    assert body == b'{"data": [{"id": "acme/a"}]}'
    assert server.heads[0].startswith("GET /api/v1/models HTTP/1.1")
    assert "authorization" not in server.headers


async def test_a_keys_list_is_asked_for_with_it() -> None:
    async with upstream(LIST) as server:
        await fetched(server, is_public=False)

    assert server.heads[0].startswith("GET /api/v1/models/user HTTP/1.1")
    assert server.headers["authorization"] == f"Bearer {KEY.value}"


@pytest.mark.parametrize("body", [b"<html></html>", b'{"data": [{"id', b"\xff"], ids=repr)
async def test_what_came_is_handed_on_as_it_is(body: bytes) -> None:
    async with upstream(http(body, "Content-Type: application/json")) as server:
        assert await fetched(server) == body


async def test_an_error_is_one_of_ours_and_quotes_no_key() -> None:
    async with upstream(refusal("500 Oops", {"code": 500, "message": f"no {KEY.value}"})) as server:
        with pytest.raises(ProviderError) as caught:
            await fetched(server, is_public=False)

    assert caught.value.failure.status == 500
    assert KEY.value not in caught.value.failure.detail


async def test_a_closed_port_is_an_error_of_ours() -> None:
    with pytest.raises(ProviderError):
        await fetched(Upstream(port=9))  # the discard port


@asynccontextmanager
async def simulator() -> AsyncIterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


@pytest.mark.parametrize("is_public", [True, False])
async def test_the_simulators_list_is_read_with_its_odd_entries(is_public: bool) -> None:
    async with simulator() as server:
        port = int(server.origin.rpartition(":")[2])
        models = parse_catalogue(await fetched(Upstream(port=port), is_public=is_public))

    by_name = {model.name: model for model in models}
    assert not by_name["Acme: Free by name only"].is_free
    assert by_name["Acme: Gratis"].is_free
    assert by_name["Acme: Seer"].sees_images
    assert by_name["Auto Router"].prompt_usd is None
    assert not any(model.id.startswith("sim/") for model in models)
