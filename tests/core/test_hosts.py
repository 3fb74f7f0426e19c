"""Who serves a model: what is read of OpenRouter's answer, and when it is asked for anew."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest
from scripted import HandClock

from chat.comparison import LaneSetup
from chat.errors import RateLimited
from chat.hosts import FRESH_S, NONE, NOT_TOLD, HostLists, Spread, host_of, lane_at, parse_hosts
from chat.messages import Secret

KEY = Secret("sk-or-v1-" + "a" * 64)
FAST = {
    "tag": "deepinfra/fp8",
    "provider_name": "DeepInfra",
    "quantization": "fp8",
    "uptime_last_30m": 99.5,
    "latency_last_30m": {"p50": 310, "p75": 400, "p90": 700, "p99": 900},
    "throughput_last_30m": {"p50": 80.5},
    "pricing": {"prompt": "0.0000001", "completion": "0.0000004"},
}


def body(*endpoints: object) -> bytes:
    return json.dumps({"data": {"endpoints": endpoints}}).encode()


class Upstream:
    """Lists one host at each asking, in the test's own time."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.asked: list[tuple[str, Secret | None]] = []
        self.is_away = False
        self.waiting: list[Coroutine[Any, Any, None]] = []
        self.lists = HostLists(self.waiting.append, self.ask, self.clock)

    async def ask(self, model: str, key: Secret | None) -> bytes:
        self.asked.append((model, key))
        if self.is_away:
            raise RateLimited("Slow down")
        return body(FAST)

    def come(self) -> None:
        """Lets what was asked be answered."""
        while self.waiting:
            asyncio.run(self.waiting.pop())


def test_a_host_is_read_with_its_figures() -> None:
    [host] = parse_hosts(body(FAST)).hosts

    assert (host.tag, host.name, host.quantization) == ("deepinfra/fp8", "DeepInfra", "fp8")
    assert (host.uptime_percent, host.latency_ms) == (99.5, Spread(310, 700))
    assert host.throughput_tok_s == Spread(80.5, None)
    assert (host.prompt_usd, host.completion_usd) == pytest.approx((0.1, 0.4))


def test_what_is_not_told_is_not_known() -> None:
    untold = dict.fromkeys(FAST, None) | {"tag": "acme"}
    [host] = parse_hosts(body(untold | {"quantization": "unknown"})).hosts

    assert (host.name, host.quantization, host.uptime_percent) == ("acme", None, None)
    assert host.latency_ms == host.throughput_tok_s == Spread(None, None)
    assert host.prompt_usd is None


@pytest.mark.parametrize("odd", [3, None, {}, {"tag": 1}, {"tag": "no such\nslug"}, {"tag": ""}])
def test_an_entry_that_cannot_be_asked_for_is_left_out(odd: object) -> None:
    assert [host.tag for host in parse_hosts(body(odd, FAST, FAST)).hosts] == ["deepinfra/fp8"]


@pytest.mark.parametrize("odd", [b"", b"<html>", b"[]", b'{"data": {}}', b"\xff", b"[" * 100_000])
def test_what_is_no_list_is_said_to_be_none(odd: bytes) -> None:
    assert parse_hosts(odd).fault == NOT_TOLD
    assert parse_hosts(body()).fault == NONE


def test_odd_figures_are_no_figures() -> None:
    odd = FAST | {"uptime_last_30m": True, "latency_last_30m": {"p50": -1, "p90": "fast"}}
    odd["throughput_last_30m"] = {"p50": 10**400, "p90": None}
    [host] = parse_hosts(body(odd | {"pricing": {"prompt": "-1", "completion": "nan"}})).hosts

    assert (host.uptime_percent, host.latency_ms) == (None, Spread(None, None))
    assert host.throughput_tok_s == Spread(None, None)
    assert (host.prompt_usd, host.completion_usd) == (None, None)


def test_a_list_is_asked_for_once_in_a_minute() -> None:
    upstream = Upstream()
    assert upstream.lists.read("acme/a", None) is None
    assert upstream.lists.read("acme/a", None) is None
    upstream.come()
    found = upstream.lists.read("acme/a", None)
    assert found is not None
    assert found.by_tag("deepinfra/fp8") is not None

    upstream.clock.turn(FRESH_S)
    upstream.lists.read("acme/a", None)
    upstream.come()

    assert len(upstream.asked) == 2


def test_with_a_key_it_is_another_list_and_the_key_is_not_kept() -> None:
    upstream = Upstream()
    upstream.lists.read("acme/a", None)
    upstream.lists.read("acme/a", KEY)
    upstream.come()

    assert {key for _, key in upstream.asked} == {None, KEY}
    assert KEY.value not in repr(upstream.lists)


def test_a_list_that_was_had_stays_while_openrouter_is_away() -> None:
    upstream = Upstream()
    upstream.lists.read("acme/a", None)
    upstream.come()
    upstream.clock.turn(FRESH_S)
    upstream.is_away = True
    upstream.lists.read("acme/a", None)
    upstream.lists.read("acme/b", None)
    upstream.come()

    kept, never = upstream.lists.read("acme/a", None), upstream.lists.read("acme/b", None)
    assert kept is not None
    assert (kept.fault, len(kept.hosts)) == ("", 1)
    assert never is not None
    assert never.fault == NOT_TOLD


def test_a_lane_at_a_host_allows_nobody_else() -> None:
    lane = lane_at(LaneSetup("acme/a", 100), "deepinfra/fp8")

    assert lane.parameters.upstreams.only == ("deepinfra/fp8",)
    assert not lane.parameters.upstreams.fallbacks
    assert host_of(lane) == "deepinfra/fp8"
    assert host_of(LaneSetup("acme/a", 100)) is None
