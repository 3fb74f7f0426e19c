"""How long an upstream asks us to wait: Retry-After in its three forms, and the rate limit's reset.

Pure. A date is compared with the Date header of the same answer, so our own clock may be wrong.
"""

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

Headers = Mapping[str, Any]  # Any: OpenRouter repeats headers in a body, where anything may stand

_MILLISECONDS_FROM: Final = 1e11
"""A moment in seconds since 1970 is smaller for the next thousand years; OpenRouter says ms."""

_LATEST_S: Final = 4.1e9
"""No limit ends after the year 2099; what says so is no moment."""
_LONGEST_WAIT_S: Final = 366 * 24 * 3600
"""No longer wait is meant; what says so is no number of seconds."""


def retry_after_s(headers: Headers) -> float | None:
    """Seconds to wait, or None.

    `retry-after-ms`, then `Retry-After` as a number or a date (RFC 9110, section 10.2.3), then the
    moment of `X-RateLimit-Reset`.
    """
    wait_s = _wait_s(headers)
    return wait_s if wait_s is not None and wait_s <= _LONGEST_WAIT_S else None


def _wait_s(headers: Headers) -> float | None:
    named = _small(headers)
    wait_ms = _number(named.get("retry-after-ms"))
    if wait_ms is not None:
        return max(0.0, wait_ms / 1000)
    if "retry-after" in named:
        wait_s = _number(named["retry-after"])
        return _until(_epoch_s(named["retry-after"]), named) if wait_s is None else max(0.0, wait_s)
    return _until(reset_epoch_s(headers), named)


def reset_epoch_s(headers: Headers) -> float | None:
    """When the limit ends, in seconds since 1970 (UTC), or None.

    OpenRouter gives milliseconds: https://openrouter.ai/docs/api_reference/limits
    """
    moment = _number(_small(headers).get("x-ratelimit-reset"))
    if moment is None:
        return None
    epoch_s = moment / 1000 if moment >= _MILLISECONDS_FROM else moment
    return epoch_s if 0 < epoch_s < _LATEST_S else None


def _until(epoch_s: float | None, named: Mapping[str, str]) -> float | None:
    sent_s = _epoch_s(named.get("date", ""))
    if epoch_s is None or sent_s is None:
        return None
    return max(0.0, epoch_s - sent_s)


def _small(headers: Headers) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _epoch_s(date: str) -> float | None:
    """A date of HTTP; one that does not say where it is noon says nothing."""
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.timestamp() if moment.tzinfo is not None else None
