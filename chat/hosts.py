"""Who serves a model: OpenRouter's upstream providers, as `/models/…/endpoints` tells of them.

Values, their JSON, and how lists of them are asked for in the background and kept for a minute.
https://openrouter.ai/docs/api/api-reference/endpoints/list-endpoints
"""

import json
import logging
import math
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chat.comparison import LaneSetup
from chat.errors import ProviderError
from chat.messages import Secret
from chat.parameters import read_providers
from chat.ports import Clock

_log = logging.getLogger(__name__)

FRESH_S = 60.0
MAX_HOSTS = 60
MAX_BYTES = 2_000_000
MAX_NAME_CHARS = 60
MAX_LISTS = 500
NOT_TOLD = "Who serves this model could not be learnt. Try again in a minute."
NONE = "No provider is listed for this model."


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of the last 30 minutes, each None where it is not told."""

    p50: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class Host:
    """One upstream provider of a model; what is not told is None.

    Attributes:
        tag: What a request calls it, "deepinfra/fp8".
        quantization: In its own word, "fp8".
        uptime_percent: Share of requests that it answered, of the last 30 minutes.
        latency_ms: Request → first token.
        throughput_tok_s: Tokens a second.
        prompt_usd: Price of a million tokens in.
        completion_usd: Price of a million tokens out.
    """

    tag: str
    name: str
    quantization: str | None
    uptime_percent: float | None
    latency_ms: Spread
    throughput_tok_s: Spread
    prompt_usd: float | None
    completion_usd: float | None


@dataclass(frozen=True, slots=True)
class Hosts:
    """Who serves a model, in OpenRouter's order; or why nobody is listed, in a sentence."""

    hosts: tuple[Host, ...] = ()
    fault: str = ""

    def by_tag(self, tag: str) -> Host | None:
        """The one of that tag, or None."""
        return next((host for host in self.hosts if host.tag == tag), None)


def lane_at(setup: LaneSetup, tag: str) -> LaneSetup:
    """The lane, answered by that upstream provider and no other."""
    upstreams = replace(setup.parameters.upstreams, only=(tag,), fallbacks=False)
    return replace(setup, parameters=replace(setup.parameters, upstreams=upstreams))


def host_of(setup: LaneSetup) -> str | None:
    """The one upstream provider that may answer the lane; None where it is open."""
    only = setup.parameters.upstreams.only
    return only[0] if len(only) == 1 else None


def parse_hosts(body: bytes) -> Hosts:
    """What an answer to GET /models/{author}/{slug}/endpoints tells; bad entries are left out."""
    try:
        content: object = json.loads(body) if len(body) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        return Hosts(fault=NOT_TOLD)
    data = content.get("data") if isinstance(content, Mapping) else None
    entries = data.get("endpoints") if isinstance(data, Mapping) else None
    if not isinstance(entries, list):
        return Hosts(fault=NOT_TOLD)
    found: dict[str, Host] = {}
    for entry in entries[:MAX_HOSTS]:
        host = _host(entry) if isinstance(entry, Mapping) else None
        if host is not None:
            found.setdefault(host.tag, host)
    return Hosts(tuple(found.values())) if found else Hosts(fault=NONE)


def _host(entry: Mapping[str, object]) -> Host | None:
    tag, name = entry.get("tag"), entry.get("provider_name")
    # A tag that a request could not name is of no use.
    if not isinstance(tag, str) or read_providers(tag) != (tag,):
        return None
    word = entry.get("quantization")
    pricing = entry.get("pricing")
    prices = pricing if isinstance(pricing, Mapping) else {}
    return Host(
        tag,
        name[:MAX_NAME_CHARS] if isinstance(name, str) and name else tag,
        word[:20] if isinstance(word, str) and word not in {"", "unknown"} else None,
        _number(entry.get("uptime_last_30m")),
        _spread(entry.get("latency_last_30m")),
        _spread(entry.get("throughput_last_30m")),
        _per_million(prices.get("prompt")),
        _per_million(prices.get("completion")),
    )


def _spread(held: object) -> Spread:
    told = held if isinstance(held, Mapping) else {}
    return Spread(_number(told.get("p50")), _number(told.get("p90")))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer of more digits than a float can hold
        return None
    return number if number >= 0 and math.isfinite(number) else None


def _per_million(text: object) -> float | None:
    """OpenRouter's prices are strings, in USD per token; a negative one is no price."""
    try:
        number = _number(float(text)) if isinstance(text, str) else None
    except ValueError:
        return None
    return number * 1e6 if number is not None else None


AskHosts = Callable[[str, Secret | None], Awaitable[bytes]]
"""Asks who serves a model; raises `ProviderError`."""


@dataclass(slots=True)
class HostLists:
    """Lists of who serves what, asked for in the background.

    Attributes:
        spawn: Lets a coroutine run on the engine's loop.
        ask: Asks for one.
        clock: Seconds, monotonic.
    """

    spawn: Callable[[Coroutine[Any, Any, None]], None]
    ask: AskHosts
    clock: Clock
    _lists: dict[tuple[str, bool], Hosts] = field(default_factory=dict, init=False)
    _asked_s: dict[tuple[str, bool], float] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def read(self, model: str, key: Secret | None) -> Hosts | None:
        """Who serves the model, as far as is known; None while it is asked. Never blocks.

        Args:
            model: The id.
            key: The visitor's, if there is one: only who has one is told of speeds. Lists are
                kept by whether there was a key, never by which.
        """
        place = (model, key is not None)
        with self._lock:
            asked_s = self._asked_s.get(place)
            is_due = asked_s is None or self.clock() - asked_s >= FRESH_S
            if is_due:
                if len(self._asked_s) >= MAX_LISTS:
                    self._lists.clear()
                    self._asked_s.clear()
                self._asked_s[place] = self.clock()
        if is_due:
            self.spawn(self._learn(place, key))
        return self._lists.get(place)

    async def _learn(self, place: tuple[str, bool], key: Secret | None) -> None:
        try:
            hosts = parse_hosts(await self.ask(place[0], key))
        except ProviderError as error:
            _log.warning("The providers of a model could not be listed: %s", error)
            hosts = self._lists.get(place, Hosts(fault=NOT_TOLD))
        self._lists[place] = hosts
