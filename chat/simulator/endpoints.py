"""GET /models/{author}/{slug}/endpoints: who serves a model, as OpenRouter tells it. Pure.

Required fields are those that OpenRouter's own SDK (`openrouter` 1.3.84) insists on.
"""

from typing import Any

from chat.simulator.catalogue import describe_model
from chat.simulator.hosts import HOSTS, Host, played_by
from chat.simulator.scenario import Scenario


def describe_endpoints(scenario: Scenario, *, is_authenticated: bool) -> dict[str, Any]:
    """The body: each host, as quick as the scenario says it is there.

    Args:
        scenario: The model.
        is_authenticated: Latency and throughput are told to who has a key; others get null.
    """
    model = describe_model(scenario.model, scenario.model)
    endpoints = [_endpoint(host, scenario, model, is_told=is_authenticated) for host in HOSTS]
    told = ("id", "name", "created", "description", "architecture")
    return {"data": {**{name: model[name] for name in told}, "endpoints": endpoints}}


def _endpoint(
    host: Host, scenario: Scenario, model: dict[str, Any], *, is_told: bool
) -> dict[str, Any]:
    played = played_by(host, scenario)
    return {
        "name": f"{host.name} | {scenario.model}",
        "model_id": scenario.model,
        "model_name": model["name"],
        "provider_name": host.name,
        "tag": host.tag,
        "context_length": model["context_length"],
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "quantization": host.quantization,
        "pricing": model["pricing"],
        "supported_parameters": model["supported_parameters"],
        "status": 0,
        "uptime_last_5m": host.uptime_percent,
        "uptime_last_30m": host.uptime_percent,
        "uptime_last_1d": host.uptime_percent,
        "latency_last_30m": _always(played.headers_ms + played.ttft_ms) if is_told else None,
        "throughput_last_30m": _always(played.rate_tok_s) if is_told else None,
        "native_tools": {},
        "service_tier": None,
        "supports_tool_choice": dict.fromkeys(("auto", "function", "none", "required"), False),
        "supports_diarization": False,
        "supports_implicit_caching": False,
    }


def _always(value: float) -> dict[str, float]:
    """Percentiles of something that never varies."""
    return dict.fromkeys(("p50", "p75", "p90", "p99"), value)
