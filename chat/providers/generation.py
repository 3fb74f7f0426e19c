"""What OpenRouter's `/generation` says of an answer → our values.

Source: https://openrouter.ai/docs/api-reference/get-a-generation
"""

from collections.abc import Mapping

from chat.events import Usage
from chat.measures import UpstreamSays
from chat.providers.chunks import amount_of, count_in

MS = 1000.0


def usage_of_generation(body: object) -> Usage | None:
    """Tokens and cost; None where it does not say (yet)."""
    data = _data_of(body)
    prompt = count_in(data, "native_tokens_prompt")
    completion = count_in(data, "native_tokens_completion")
    if prompt is None or completion is None:
        return None
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=count_in(data, "native_tokens_reasoning"),
        cached_tokens=count_in(data, "native_tokens_cached"),
        cost_usd=amount_of(data.get("total_cost")),
    )


def says_of_generation(body: object) -> UpstreamSays | None:
    """Its times, which come in milliseconds, and tokens; None where it says none of them."""
    data = _data_of(body)
    says = UpstreamSays(
        _seconds_in(data, "latency"),
        _seconds_in(data, "generation_time"),
        count_in(data, "native_tokens_prompt"),
        count_in(data, "native_tokens_completion"),
    )
    return says if says != UpstreamSays() else None


def _data_of(body: object) -> Mapping[str, object]:
    data = body.get("data") if isinstance(body, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _seconds_in(data: Mapping[str, object], name: str) -> float | None:
    value_ms = amount_of(data.get(name))
    return value_ms / MS if value_ms is not None else None
