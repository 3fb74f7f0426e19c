"""GET /models/{author}/{slug}/endpoints: who serves a model, as OpenRouter tells it. Pure.

Required fields are those that OpenRouter's own SDK (`openrouter` 1.3.84) insists on.
"""

from typing import Any

from chat.simulator.catalogue import describe_model
from chat.simulator.scenario import Scenario
from chat.simulator.wire import PROVIDER


def describe_endpoints(scenario: Scenario, *, is_authenticated: bool) -> dict[str, Any]:
    """The body: one endpoint, as quick as the scenario says.

    Args:
        scenario: The model.
        is_authenticated: Latency and throughput are told to who has a key; others get null.
    """
    model = describe_model(scenario.model, scenario.model)
    first_ms = scenario.headers_ms + scenario.ttft_ms
    endpoint = {
        "name": f"{PROVIDER} | {scenario.model}",
        "model_id": scenario.model,
        "model_name": model["name"],
        "provider_name": PROVIDER,
        "tag": PROVIDER.lower(),
        "context_length": model["context_length"],
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "quantization": "unknown",
        "pricing": model["pricing"],
        "supported_parameters": model["supported_parameters"],
        "status": 0,
        "uptime_last_5m": 100.0,
        "uptime_last_30m": 100.0,
        "uptime_last_1d": 99.9,
        "latency_last_30m": _always(first_ms) if is_authenticated else None,
        "throughput_last_30m": _always(scenario.rate_tok_s) if is_authenticated else None,
        "native_tools": {},
        "service_tier": None,
        "supports_tool_choice": dict.fromkeys(("auto", "function", "none", "required"), False),
        "supports_diarization": False,
        "supports_implicit_caching": False,
    }
    told = ("id", "name", "created", "description", "architecture")
    return {"data": {**{name: model[name] for name in told}, "endpoints": [endpoint]}}


def _always(value: float) -> dict[str, float]:
    """Percentiles of something that never varies."""
    return dict.fromkeys(("p50", "p75", "p90", "p99"), value)
