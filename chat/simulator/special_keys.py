"""Keys of OpenRouter's shape that the simulator treats in a way of their own, to be tried by hand.

Every other key of the shape is taken, with $9.50 of $10.00 left.
"""

from collections.abc import Mapping
from typing import Any

_START = "sk-or-v1-"
REFUSED_KEY = _START + "0" * 64
"""Nobody knows it: always answered with 401."""
DISABLED_KEY = _START + "d" * 64
EXPIRED_KEY = _START + "e" * 64
EXHAUSTED_KEY = _START + "f" * 64
"""`/key` knows it; an answer is refused with 403, as OpenRouter does for a key over its limit."""
UNLIMITED_KEY = _START + "1" * 64
FREE_KEY = _START + "2" * 64
"""An account that never bought credits, with an end."""
MANAGEMENT_KEY = _START + "3" * 64

REFUSALS: Mapping[str, tuple[int, str]] = {
    REFUSED_KEY: (401, "User not found."),
    DISABLED_KEY: (401, "This API key is disabled."),
    EXPIRED_KEY: (401, "This API key has expired."),
}
"""Status and words for a key that is refused everywhere."""

LIMIT_EXCEEDED = (403, "Key limit exceeded. Manage it using https://openrouter.ai/keys")

PARTICULARS: Mapping[str, dict[str, Any]] = {
    EXHAUSTED_KEY: {"limit": 5.0, "limit_remaining": 0.0, "usage": 5.02},
    UNLIMITED_KEY: {"limit": None, "limit_remaining": None},
    FREE_KEY: {
        "is_free_tier": True,
        "free_model_daily_requests": {"limit": 50, "used": 52, "remaining": 0},
        "expires_at": "2099-12-31T12:00:00Z",
    },
    MANAGEMENT_KEY: {"is_management_key": True},
}
"""What `/key` says of a key that is not like the others."""
