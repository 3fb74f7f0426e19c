"""The simulator's models, and OpenRouter's metadata about models, keys and generations. Pure.

Required fields are those that OpenRouter's own SDK (`openrouter` 1.3.84) insists on.
"""

from datetime import UTC, datetime
from typing import Any

from chat.simulator.openrouter_models import ODD_MODELS
from chat.simulator.records import Record
from chat.simulator.special_keys import PARTICULARS
from chat.simulator.wire import COMPLETION_USD, PROMPT_USD, PROVIDER

PICKER_MODELS: tuple[tuple[str, str], ...] = (
    ("sim/rate-50-len-400", "Steady, 50 tokens a second"),
    ("sim/rate-300-len-2000-ttft-100", "Fast and long"),
    ("sim/rate-8-len-60-ttft-2500", "Slow to start, slow to go"),
    ("sim/jitter-90-rate-30-dated", "In fits and starts, under a dated name"),
    ("sim/think-120-rate-60", "Thinks first"),
    ("sim/hidden-think-200-rate-60", "Thinks first, unseen"),
    ("sim/burst-len-2000", "All at once"),
    ("sim/style-code-rate-80", "Code"),
    ("sim/style-tables-rate-80", "Tables"),
    ("sim/split-style-cjk", "Chinese and Japanese, bytes cut apart"),
    ("sim/split-style-emoji", "Emoji, bytes cut apart"),
    ("sim/echo", "Says what you said, looks at images"),
    ("sim/length", "Ends at its token limit"),
    ("sim/filter", "Stopped by a content filter"),
    ("sim/fails-2-503", "Overloaded twice, then answers"),
    ("sim/fails-2-429-after-3", "Rate limited twice, 3 seconds each, then answers"),
    ("sim/fails-1-drop-at-0", "Connection lost once before the first word"),
    ("sim/drops-2-at-40", "Connection lost twice, goes on each time"),
    ("sim/drops-1-at-40-resume-repeats", "Connection lost, repeats its last words"),
    ("sim/drops-1-at-40-resume-restarts", "Connection lost, starts over"),
    ("sim/drops-1-at-40-resume-refuses", "Connection lost, refuses to go on"),
    ("sim/pause-8000-at-30", "Pauses for 8 seconds"),
    ("sim/stall-30", "Goes silent after 30 tokens"),
    ("sim/mute-at-30", "Only keep-alives after 30 tokens"),
    ("sim/silent", "Never says a word"),
    ("sim/slow-headers-6000", "Takes 6 seconds to accept the request"),
    ("sim/reset-at-40", "Connection reset after 40 tokens"),
    ("sim/cut-at-40", "Ends without a finish reason"),
    ("sim/half-event-at-40", "Ends in the middle of an event"),
    ("sim/error-at-20", "Error inside the stream"),
    ("sim/error-no-code-at-20", "Error inside the stream, without a code"),
    ("sim/error-in-choice-at-20", "Error hidden in a choice"),
    ("sim/error-empty-choices", "Error before the first word"),
    ("sim/error-moderated-at-20", "Answer flagged half-way"),
    ("sim/declined-at-0", "The model declines to answer"),
    ("sim/error-too-long-at-20", "Context full half-way"),
    ("sim/bad-json-at-20", "Broken JSON"),
    ("sim/bad-utf8-at-20", "Broken characters"),
    ("sim/400", "Parameters refused"),
    ("sim/400-over-8", "Takes 8 words, not more"),
    ("sim/401", "Key refused"),
    ("sim/401-quoted", "Key refused, and said again"),
    ("sim/402", "Out of credits"),
    ("sim/402-afford-300", "Credits for 300 tokens only"),
    ("sim/403", "Prompt flagged by moderation"),
    ("sim/403-guardrail", "Blocked by a guardrail"),
    ("sim/404-privacy-restricted", "Ruled out by privacy settings"),
    ("sim/404-free-variant-ended", "Free variant ended"),
    ("sim/404-model-deprecated", "Retired model"),
    ("sim/404-capacity-exhausted", "All providers full"),
    ("sim/408", "Request timed out"),
    ("sim/413", "Request too large"),
    ("sim/429", "Rate limited"),
    ("sim/429-after-20", "Rate limited, 20 seconds"),
    ("sim/429-daily", "Daily free limit reached"),
    ("sim/500", "Server error"),
    ("sim/502", "Provider sent rubbish"),
    ("sim/524", "Provider did not answer in time"),
    ("sim/529", "Provider overloaded"),
    ("sim/html", "A sign-in page instead of an answer"),
    ("sim/json", "An error with status 200"),
    ("sim/comments-only", "Keep-alives and nothing else"),
)
"""Model id and short label, healthy ones first, to be tried by hand."""

SEES_IMAGES = frozenset({"sim/echo"})
"""Those of them that take images."""

_CREATED = 1_771_286_400
_CONTEXT_TOKENS = 131_072


def list_models() -> dict[str, Any]:
    """The body of GET /models; prices are strings, in USD per token."""
    data = [describe_model(model, label) for model, label in PICKER_MODELS]
    data += [describe_model(odd["id"], odd["name"]) | odd for odd in ODD_MODELS]
    return {"data": data, "total_count": len(data), "links": {"next": None}}


def describe_model(model: str, label: str) -> dict[str, Any]:
    """One model of that list."""
    return {
        "id": model,
        "canonical_slug": model,
        "name": f"Simulator: {label}",
        "created": _CREATED,
        "description": f"{label}. Words from a list, not from a model.",
        "context_length": _CONTEXT_TOKENS,
        "architecture": {
            "modality": "text+image->text" if model in SEES_IMAGES else "text->text",
            "input_modalities": ["text", "image"] if model in SEES_IMAGES else ["text"],
            "output_modalities": ["text"],
            "tokenizer": "Other",
            "instruct_type": None,
        },
        "pricing": {"prompt": f"{PROMPT_USD:.7f}", "completion": f"{COMPLETION_USD:.7f}"},
        "top_provider": {
            "context_length": _CONTEXT_TOKENS,
            "max_completion_tokens": None,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "supported_parameters": ["max_tokens", "reasoning", "temperature"],
        "default_parameters": None,
        "supported_voices": None,
        "links": {"details": f"/api/v1/models/{model}/endpoints"},
        "expiration_date": None,
    }


def describe_key(key: str) -> dict[str, Any]:
    """The body of GET /key; amounts in USD. The key itself shows only its ends."""
    return {
        "data": {
            "label": f"{key[:10]}...{key[-3:]}",
            "limit": 10.0,
            "limit_remaining": 9.5,
            "limit_reset": None,
            "include_byok_in_limit": False,
            "usage": 0.5,
            "usage_daily": 0.5,
            "usage_weekly": 0.5,
            "usage_monthly": 0.5,
            "byok_usage": 0.0,
            "byok_usage_daily": 0.0,
            "byok_usage_weekly": 0.0,
            "byok_usage_monthly": 0.0,
            "is_free_tier": False,
            "is_management_key": False,
            "is_provisioning_key": False,
            "creator_user_id": "user_simulated",
            "organization_id": None,
            "workspace_id": None,
            "allowed_data_regions": ["global"],
            "budgets": [],
            "effective_budget": None,
            "free_model_daily_requests": {"limit": 1000, "used": 0, "remaining": 1000},
            "rate_limit": {"requests": -1, "interval": "10s", "note": "deprecated"},
            "expires_at": None,
        }
        | PARTICULARS.get(key, {})
    }


_NOT_SIMULATED: dict[str, None] = {
    "api_type": None,
    "app_id": None,
    "cache_discount": None,
    "external_user": None,
    "http_referer": None,
    "moderation_latency": None,
    "native_tokens_cached": None,
    "native_tokens_completion_images": None,
    "native_tokens_reasoning": None,
    "num_fetches": None,
    "num_input_audio_prompt": None,
    "num_media_completion": None,
    "num_media_prompt": None,
    "num_search_results": None,
    "preset_id": None,
    "provider_responses": None,
    "router": None,
    "service_tier": None,
    "upstream_id": None,
    "upstream_inference_cost": None,
    "user_agent": None,
    "web_search_engine": None,
    "workspace_id": None,
}


def describe_generation(record: Record) -> dict[str, Any]:
    """The body of GET /generation for an answer that is over; latencies in ms, cost in USD."""
    tokens = len(record.token_s) + record.hidden_tokens
    cost_usd = round(record.prompt_tokens * PROMPT_USD + tokens * COMPLETION_USD, 10)
    times = record.token_s or [record.requested_s]
    return {
        "data": {
            **_NOT_SIMULATED,
            "id": record.generation_id,
            "model": record.model,
            "provider_name": PROVIDER,
            "created_at": datetime.fromtimestamp(record.requested_at_ms / 1000, UTC).isoformat(),
            "streamed": record.streamed,
            "cancelled": record.client_closed_s is not None,
            "finish_reason": record.finish_reason,
            "native_finish_reason": record.finish_reason,
            "latency": round((times[0] - record.requested_s) * 1000),
            "generation_time": round((times[-1] - times[0]) * 1000),
            "tokens_prompt": record.prompt_tokens,
            "tokens_completion": tokens,
            "native_tokens_prompt": record.prompt_tokens,
            "native_tokens_completion": tokens,
            "total_cost": cost_usd,
            "usage": cost_usd,
            "is_byok": False,
            "origin": "",
            "data_region": "global",
        }
    }
