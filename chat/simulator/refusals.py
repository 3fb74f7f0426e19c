"""The bodies and headers of OpenRouter's errors, as seen on the wire. Pure.

Shapes and words: https://openrouter.ai/docs/api_reference/errors-and-debugging and recordings.
"""

import json
from dataclasses import dataclass, field
from email.utils import formatdate

from chat.simulator.asked import Asked
from chat.simulator.scenario import Refusal
from chat.simulator.wire import PROVIDER, Json

_DAY_S = 86_400
_TAKEN_FOR_GRANTED = 65_536
"""Tokens that OpenRouter reserves credits for where a request has no limit of its own."""
_PLAIN = {  # status → machine code, sentence, the upstream provider's own words
    400: ("invalid_request", "Provider returned error", "temperature: must be at most 2"),
    401: ("authentication", "User not found.", None),
    402: ("payment_required", "Insufficient credits. Add more at OpenRouter's settings.", None),
    408: ("timeout", "Request timed out before the provider answered", None),
    409: ("unmapped", "Provider returned error", "Another request is being worked on"),
    412: ("precondition_failed", "A precondition of the request does not hold", None),
    413: ("payload_too_large", "Request body is too large", None),
    422: ("unprocessable", "Provider returned error", "messages.0.content: cannot be read"),
    499: ("unmapped", "Client closed request", None),
    500: ("server", "Internal Server Error", None),
    502: ("provider_unavailable", "Provider returned error", "upstream connect error"),
    503: ("unmapped", "No provider is available for this model right now", None),
    504: ("timeout", "The provider's gateway timed out", None),
    524: ("timeout", "The provider did not answer in time", None),
    529: ("provider_overloaded", "Provider returned error", "Overloaded"),
}
_WHY_NOBODY = {  # availability code → the sentence with it
    "model_not_found": "{model} is not a valid model ID",
    "wrong_endpoint": "{model} does not answer chats.",
    "no_endpoints": "No endpoints found for {model}.",
    "model_deprecated": "{model} has been deprecated.",
    "model_unavailable_upstream": "The provider does not offer {model} at the moment.",
    "capacity_exhausted": "All providers of {model} are at capacity.",
    "temporarily_unavailable": "{model} is temporarily unavailable.",
    "region_restricted": "{model} is not available in your region.",
    "privacy_restricted": "No endpoints found matching your data policy.",
    "constraint_filtered": "No endpoints found that support the requested parameters.",
    "free_variant_ended": "The free variant of {model} has ended.",
}
_PASSES_BY_ITSELF = ("model_unavailable_upstream", "capacity_exhausted", "temporarily_unavailable")


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


def no_prefill() -> ErrorAnswer:
    """What models answer that do not go on with an answer that is begun."""
    return _of_provider(400, "invalid_request", "The conversation must end with a user message.")


def refuse(refusal: Refusal, asked: Asked, created: int) -> ErrorAnswer | None:
    """The answer to a request that the scenario refuses; None where this one is within its limit.

    Args:
        refusal: Which error.
        asked: The request.
        created: Unix seconds now; the daily cap ends at the next midnight UTC.
    """
    wanted = asked.max_tokens or _TAKEN_FOR_GRANTED
    match refusal.form:
        case "over":
            return _over(refusal.number) if asked.prompt_tokens > refusal.number else None
        case "afford":
            return _unaffordable(wanted, refusal.number) if wanted > refusal.number else None
        case "model":
            return unknown_model(asked.model)
        case "quoted":
            return _quoted(asked.key)
        case "daily":
            return _daily(created)
        case _:
            return _always(refusal, asked.model, created)


def _always(refusal: Refusal, model: str, created: int) -> ErrorAnswer:
    """An error that does not depend on the request's size."""
    match refusal.status:
        case 429:
            return _too_many(refusal, model, created)
        case 403:
            return _forbidden(refusal.form, model)
        case 404:
            return _nobody(refusal.form, model)
        case status:
            kind, message, raw = _PLAIN[status]
            if raw:
                return _of_provider(status, kind, raw)
            return error_answer(status, message, {"error_type": kind})


def _of_provider(status: int, kind: str, raw: str) -> ErrorAnswer:
    """An error of the upstream provider, whose own words are JSON inside the metadata."""
    metadata = {
        "error_type": kind,
        "raw": json.dumps({"error": {"message": raw}}),
        "provider_name": PROVIDER,
    }
    return error_answer(status, "Provider returned error", metadata)


def _quoted(key: str) -> ErrorAnswer:
    """A 401 that says the refused key again, as some upstream providers do."""
    metadata = {
        "error_type": "authentication",
        "raw": json.dumps({"error": {"message": f"Incorrect API key provided: {key}"}}),
        "provider_name": PROVIDER,
    }
    return error_answer(401, f"Incorrect API key provided: {key}", metadata)


def _over(tokens: int) -> ErrorAnswer:
    message = (
        f"This endpoint's maximum context length is {tokens} tokens. Please shorten the input."
    )
    return error_answer(400, message, {"error_type": "context_length_exceeded"})


def _unaffordable(wanted: int, affordable: int) -> ErrorAnswer:
    message = (
        "This request requires more credits, or fewer max_tokens. You requested up to "
        f"{wanted} tokens, but can only afford {affordable}. To increase, visit "
        "https://openrouter.ai/settings/credits and add more credits"
    )
    return error_answer(402, message, {"error_type": "payment_required", "provider_name": None})


def _forbidden(form: str, model: str) -> ErrorAnswer:
    """A 403 of moderation, of a guardrail, or of a key that may not ask this model."""
    if form == "guardrail":
        metadata: Json = {"error_type": "permission_denied", "patterns": ["credit card number"]}
        return error_answer(403, "The request was blocked by a guardrail of the account", metadata)
    if form == "key":
        return error_answer(
            403, "This key may not ask this model", {"error_type": "permission_denied"}
        )
    metadata = {
        "error_type": "content_policy_violation",
        "reasons": ["violence"],
        "flagged_input": "Tell me…",
        "provider_name": PROVIDER,
        "model_slug": model,
    }
    message = f'{model} requires moderation. Your input was flagged for "violence".'
    return error_answer(403, message, metadata)


def _nobody(form: str, model: str) -> ErrorAnswer:
    """A 404; where `availability` is told, type and status stand beside it and `code` is missing.

    That shape is the documentation's. Before it there was only a sentence.
    """
    if form == "provider":
        return _of_provider(404, "not_found", "The model is not deployed")
    if form == "privacy-text":
        message = "No endpoints found matching your data policy (Free model publication)."
        return error_answer(404, message)
    if not form:
        return error_answer(404, f"No endpoints found for {model}.", {"error_type": "not_found"})
    availability = {
        "code": form,
        "retryable": form in _PASSES_BY_ITSELF,
        "retry_after": 3 if form == "capacity_exhausted" else None,
        "requested_models": [model],
        "fallback_models": [],
        "excluded_by": None,
        "affected_providers": [PROVIDER],
        "constraint": None,
        "docs_url": "https://openrouter.ai/docs/api_reference/errors-and-debugging",
    }
    error = {
        "message": _WHY_NOBODY[form].format(model=model),
        "error_type": "not_found",
        "http_status": 404,
        "availability": availability,
    }
    return ErrorAnswer(404, {"error": error, "user_id": "user_simulated"})


def _too_many(refusal: Refusal, model: str, created: int) -> ErrorAnswer:
    """A 429 that passes: of one model's pool, or of the platform's requests per minute."""
    if refusal.form == "reset":
        reset_ms = (created + refusal.number) * 1000
        return _limited("free-models-per-min.", 20, reset_ms, "openrouter_free_tier_minute")
    metadata = {
        "error_type": "rate_limit_exceeded",
        "raw": f"{model} is temporarily rate-limited upstream. Please retry shortly.",
        "provider_name": PROVIDER,
        "limit_source": "upstream_provider_shared_pool",
        "remedy_hint": "Retry shortly, or choose another model.",
    }
    answer = error_answer(429, "Provider returned error", metadata)
    date = formatdate(created + refusal.number, usegmt=True)
    headers = {
        "after": {"Retry-After": str(refusal.number)},
        "after-ms": {"retry-after-ms": str(refusal.number)},
        "date": {"Retry-After": date},
    }
    return ErrorAnswer(429, answer.body, headers.get(refusal.form, {}))


def _daily(created: int) -> ErrorAnswer:
    """A 429 of the whole account until midnight UTC; there is no Retry-After."""
    reset_ms = (created // _DAY_S + 1) * _DAY_S * 1000
    what = "free-models-per-day. Add 10 credits to unlock 1000 free model requests per day"
    return _limited(what, 50, reset_ms, "openrouter_free_tier_daily")


def _limited(what: str, limit: int, reset_ms: int, source: str) -> ErrorAnswer:
    """A 429 of the platform; Reset is in milliseconds, and all headers stand in the body again."""
    headers = {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(reset_ms),
    }
    metadata = {
        "error_type": "rate_limit_exceeded",
        "headers": headers,
        "limit_source": source,
        "remedy_hint": "Add credits, or wait for the reset.",
    }
    answer = error_answer(429, f"Rate limit exceeded: {what}", metadata)
    return ErrorAnswer(429, answer.body, headers)
