"""Entries of GET /models beside the simulator's own, as odd as OpenRouter's list has them. Pure.

Those with `sim-` in their ids answer, so that what an entry claims can be tried.
"""

from typing import Any

_IMAGES = ["text", "image"]
_ALL = [
    "include_reasoning",
    "max_tokens",
    "reasoning",
    "reasoning_effort",
    "seed",
    "temperature",
    "top_p",
]

ODD_MODELS: tuple[dict[str, Any], ...] = (
    {"id": "acme/sim-rate-200-len-60-style-prose", "name": "Acme: Reader"},
    {
        "id": "acme/sim-echo-ttft-0",
        "name": "Acme: Seer",
        "architecture": {
            "modality": "text+image->text",
            "input_modalities": _IMAGES,
            "output_modalities": ["text"],
        },
        "supported_parameters": ["max_tokens", "temperature"],
    },
    {
        "id": "acme/sim-think-40-rate-200-len-60",
        "name": "Acme: Thinker",
        "context_length": 1_048_576,
        "pricing": {"prompt": "0.000002", "completion": "0.00001"},
        "supported_parameters": _ALL,
        "reasoning": {
            "mandatory": False,
            "supported_efforts": ["low", "medium", "high"],
            "default_effort": "medium",
            "default_enabled": True,
            "supports_max_tokens": True,
        },
    },
    {
        "id": "acme/costly:free",
        "name": "Acme: Free by name only",
        "pricing": {"prompt": "0.0000001", "completion": "0.0000001"},
    },
    {
        "id": "acme/sim-rate-200-len-40",
        "name": "Acme: Gratis",
        "pricing": {"prompt": "0", "completion": "0"},
    },
    {
        "id": "openrouter/auto",
        "name": "Auto Router",
        "context_length": None,
        "pricing": {"prompt": "-1", "completion": "-1"},
        "top_provider": {
            "context_length": None,
            "max_completion_tokens": None,
            "is_moderated": False,
        },
        "supported_parameters": [],
    },
    {
        "id": "acme/sim-404",
        "name": "Acme: Leaves soon",
        "expiration_date": "2099-12-31",
        "description": "",
    },
)
"""What each has of its own; the rest is as in every entry."""
