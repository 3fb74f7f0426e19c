"""The upstream providers that every simulated model has: one as quick as its id says, two slower.

Pure. `provider.only` of a request chooses among them; without it the first one answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chat.simulator.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Host:
    """One of them.

    Attributes:
        tag: What a request calls it.
        slowness: How many times slower than the model's id says, first token and rate alike.
        uptime_percent: Of the last 30 minutes.
    """

    name: str
    tag: str
    quantization: str
    slowness: int
    uptime_percent: float


HOSTS = (
    Host("Simulator", "simulator", "unknown", 1, 100.0),
    Host("Halfway", "halfway/fp8", "fp8", 2, 99.5),
    Host("Slowpoke", "slowpoke/int4", "int4", 4, 93.0),
)


def hosted(scenario: Scenario, fields: Mapping[str, Any]) -> Scenario | None:
    """The scenario as the first host that the request allows plays it; None where it allows none.

    https://openrouter.ai/docs/guides/routing/provider-selection: a provider's slug stands for all
    of its endpoints.

    Args:
        scenario: The model.
        fields: What the request asks for beside its words.
    """
    provider = fields.get("provider")
    only = provider.get("only") if isinstance(provider, Mapping) else None
    if not isinstance(only, list) or not only:
        return scenario
    wanted = (
        host for host in HOSTS if {host.tag, host.tag.partition("/")[0]} & set(map(str, only))
    )
    host = next(wanted, None)
    return played_by(host, scenario) if host is not None else None


def played_by(host: Host, scenario: Scenario) -> Scenario:
    """The scenario at that host."""
    return replace(
        scenario,
        host=host.name,
        rate_tok_s=max(1, scenario.rate_tok_s // host.slowness),
        ttft_ms=scenario.ttft_ms * host.slowness,
    )
