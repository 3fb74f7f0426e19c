"""The bodies and headers of OpenRouter's errors, as seen on the wire. Pure.

Shapes and words: https://openrouter.ai/docs/api_reference/errors-and-debugging and recordings.
"""

import json
from dataclasses import dataclass, field

from chat.simulator.scenario import Refusal
from chat.simulator.wire import PROVIDER, Json

_DAY_S = 86_400
_PLAIN = {  # status → machine code, sentence, the upstream provider's own words
    400: ("invalid_request", "Provider returned error", "temperature: must be at most 2"),
    401: ("authentication", "User not found.", None),
    402: ("payment_required", "", None),
    403: ("content_policy_violation", "", None),
    404: ("not_found", "", None),
    408: ("timeout", "Request timed out before the provider answered", None),
    413: ("payload_too_large", "Request body is too large", None),
    422: ("unprocessable", "Provider returned error", "messages.0.content: cannot be read"),
    429: ("rate_limit_exceeded", "Provider returned error", None),
    500: ("server", "Internal Server Error", None),
    502: ("provider_unavailable", "Provider returned error", "upstream connect error"),
    503: ("provider_unavailable", "No provider is available for this model right now", None),
    524: ("timeout", "The provider did not answer in time", None),
    529: ("provider_overloaded", "Provider returned error", "Overloaded"),
}


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An HTTP error: status, the JSON object of the body, headers beside the content type."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


def error_answer(
    status: int, message: str, metadata: Json | None = None, **beside: Json
) -> ErrorAnswer:
    """An error in OpenRouter's envelope; `beside` joins code and message."""
    error: Json = {"message": message, "code": status, **beside}
    if metadata:
        error["metadata"] = metadata
    return ErrorAnswer(status, {"error": error, "user_id": "user_simulated"})


def unknown_model(model: str) -> ErrorAnswer:
    """What a model id gets that nobody has."""
    availability = {
        "code": "model_not_found",
        "retryable": False,
        "requested_models": [model],
        "docs_url": "https://openrouter.ai/docs/guides/overview/models",
    }
    return error_answer(
        400,
        f"{model} is not a valid model ID",
        {"error_type": "invalid_request"},
        availability=availability,
    )


def refuse(refusal: Refusal, model: str, max_tokens: int | None, created: int) -> ErrorAnswer:
    """The answer to a request that the scenario refuses.

    Args:
        refusal: Which error.
        model: The id asked for.
        max_tokens: The request's limit; 402 names it, or the 65536 it takes for granted.
        created: Unix seconds now; the daily cap ends at the next midnight UTC.
    """
    if refusal.daily:
        return _daily_cap(created)
    if refusal.status == 429:
        return _shared_pool(model, refusal.retry_after_s)
    kind, message, raw = _PLAIN[refusal.status]
    metadata: Json = {"error_type": kind}
    if raw:
        metadata |= {"raw": json.dumps({"error": {"message": raw}}), "provider_name": PROVIDER}
    if refusal.status == 402:
        message = (
            "This request requires more credits, or fewer max_tokens. You requested up to "
            f"{max_tokens or 65536} tokens, but can only afford 12. To increase, visit "
            "https://openrouter.ai/settings/credits and add more credits"
        )
    if refusal.status == 403:
        message = f'{model} requires moderation. Your input was flagged for "violence".'
        flagged = {"reasons": ["violence"], "flagged_input": "Tell me…", "model_slug": model}
        metadata |= flagged | {"provider_name": PROVIDER}
    if refusal.status == 404:
        availability = {"code": "no_endpoints", "retryable": False, "requested_models": [model]}
        return error_answer(
            404, f"No endpoints found for {model}.", metadata, availability=availability
        )
    return error_answer(refusal.status, message, metadata)


def _shared_pool(model: str, retry_after_s: int | None) -> ErrorAnswer:
    """A 429 of one model's pool: transient, and another model may answer."""
    metadata = {
        "error_type": "rate_limit_exceeded",
        "raw": f"{model} is temporarily rate-limited upstream. Please retry shortly.",
        "provider_name": PROVIDER,
        "limit_source": "upstream_provider_shared_pool",
        "remedy_hint": "Retry shortly, or choose another model.",
    }
    answer = error_answer(429, "Provider returned error", metadata)
    if retry_after_s is None:
        return answer
    return ErrorAnswer(429, answer.body, {"Retry-After": str(retry_after_s)})


def _daily_cap(created: int) -> ErrorAnswer:
    """A 429 of the whole account; Reset is in milliseconds, and there is no Retry-After."""
    headers = {
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str((created // _DAY_S + 1) * _DAY_S * 1000),
    }
    metadata = {
        "error_type": "rate_limit_exceeded",
        "headers": headers,
        "limit_source": "openrouter_free_tier_daily",
        "remedy_hint": "Add credits, or wait for the reset at midnight UTC.",
    }
    message = (
        "Rate limit exceeded: free-models-per-day. "
        "Add 10 credits to unlock 1000 free model requests per day"
    )
    return ErrorAnswer(429, error_answer(429, message, metadata).body, headers)
