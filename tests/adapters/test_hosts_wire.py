"""Upstream providers over a real socket: who is listed, who answers a request that names some."""

from collections.abc import Iterator

import pytest
from raw_upstream import KEY, Upstream, http, refusal, upstream
from simulator_calls import events, post

from chat.errors import ProviderError
from chat.hosts import Spread, parse_hosts
from chat.messages import Secret
from chat.providers.openai_wire import OpenAIWire
from chat.routing import Endpoint
from chat.simulator import SimulatorServer

MODEL = "acme/sim-rate-400-len-3-ttft-10"


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


async def listed(base_url: str, key: Secret | None, model: str = MODEL) -> bytes:
    def endpoint(_model: str, wished: Secret | None) -> Endpoint:
        assert wished is not None
        return Endpoint(base_url, wished, is_loopback=True)

    wire = OpenAIWire(endpoint)
    try:
        return await wire.hosts_of(model, key)
    finally:
        await wire.close()


async def test_the_simulators_hosts_are_listed_with_their_figures(server: SimulatorServer) -> None:
    hosts = parse_hosts(await listed(server.base_url, KEY)).hosts

    assert [(host.tag, host.quantization) for host in hosts] == [
        ("simulator", None),
        ("halfway/fp8", "fp8"),
        ("slowpoke/int4", "int4"),
    ]
    assert hosts[1].latency_ms == Spread(20, 20)
    assert hosts[2].throughput_tok_s == Spread(100, 100)


async def test_without_a_key_speeds_are_not_told(server: SimulatorServer) -> None:
    [host, *_] = parse_hosts(await listed(server.base_url, None)).hosts

    assert host.uptime_percent == 100
    assert host.latency_ms == host.throughput_tok_s == Spread(None, None)


@pytest.mark.parametrize("key", [KEY, None])
async def test_a_key_is_sent_only_where_there_is_one(key: Secret | None) -> None:
    async with upstream(http(b"{}", "Content-Type: application/json")) as raw:
        await listed(raw.base_url, key, "acme/a b:free")

    assert raw.heads[0].startswith("GET /api/v1/models/acme/a%20b:free/endpoints ")
    assert ("authorization" in raw.headers) == (key is not None)


async def test_a_refusal_quotes_no_key() -> None:
    async with upstream(refusal("404 Not", {"code": 404, "message": f"no {KEY.value}"})) as raw:
        with pytest.raises(ProviderError) as caught:
            await listed(raw.base_url, KEY)

    assert KEY.value not in caught.value.failure.detail


async def test_a_closed_port_is_an_error_of_ours() -> None:
    with pytest.raises(ProviderError):
        await listed(Upstream(port=9).base_url, KEY)


@pytest.mark.parametrize(
    ("only", "host"),
    [
        (["slowpoke/int4"], "Slowpoke"),
        (["halfway"], "Halfway"),  # a provider's slug stands for all of its endpoints
        ([], "Simulator"),
    ],
)
async def test_the_host_that_is_asked_for_answers(
    server: SimulatorServer, only: list[str], host: str
) -> None:
    answer = await post(server, MODEL, provider={"only": only, "allow_fallbacks": False})

    assert {chunk["provider"] for chunk in events(answer.text)} == {host}


async def test_where_no_host_is_allowed_nobody_answers(server: SimulatorServer) -> None:
    answer = await post(server, MODEL, provider={"only": ["deepinfra"]})

    assert answer.status_code == 404
    assert "No allowed providers" in answer.json()["error"]["message"]
