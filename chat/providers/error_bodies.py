"""OpenRouter's `error` object → an error of our tree, wherever the object came from.

Pure. The same object comes as an HTTP error's body, in a chunk, inside a choice, and in a 200 that
is no stream; nothing in it is sure to be there, and nothing is sure to have its documented type.
Details come whole: they are cut where the key is masked, since half a key could not be found.
Sources: OpenRouter's errors-and-debugging page, recordings of its wire.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from chat.errors import (
    DailyLimit,
    FailureMore,
    ModelUnavailable,
    Moderated,
    NoEndpoint,
    ProviderError,
    RateLimited,
    Refused,
)
from chat.providers.error_kinds import (
    BY_AVAILABILITY,
    SAYS_NOTHING,
    Kind,
    kind_of_words,
    reason_in,
)
from chat.providers.error_waits import Headers, reset_epoch_s, retry_after_s

_DAILY_SOURCE: Final = "openrouter_free_tier_daily"
_AFFORDABLE: Final = re.compile(r"can only afford ([0-9][0-9,]{0,15})")
_Object = Mapping[str, Any]  # Any: whatever JSON holds


def error_in(
    body: object, *, status: int | None = None, headers: Headers | None = None
) -> ProviderError:
    """What an error object means.

    Args:
        body: The object, a string, or whatever else stood in its place.
        status: The response's HTTP status where that is an error's.
        headers: The response's headers where the status is an error's.
    """
    error = _object(body)
    metadata = _object(error.get("metadata"))
    availability = _object(error.get("availability"))
    detail = _detail_of(body)
    status = status or _status_of(error, metadata)
    words = _words_of(error, metadata)
    code = _text(availability.get("code"))
    kind = _kind_of(error, status, words, detail)
    sent = {**_object(metadata.get("headers")), **(headers or {})}
    wait_s = retry_after_s(sent)
    more = FailureMore(
        retry_after_s=_seconds(availability.get("retry_after")) if wait_s is None else wait_s,
        error_type=words[0],
        reason=code or (reason_in(detail) if kind is NoEndpoint else ""),
        upstream_provider=_text(metadata.get("provider_name")),
        affordable_tokens=_affordable_in(detail),
        resets_epoch_s=reset_epoch_s(sent) if issubclass(kind, RateLimited) else None,
    )
    return kind(detail, status=status, **more)


def parsed(text: str) -> object:
    """The JSON that a text is, or None; nesting without end is no JSON either."""
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None


def _kind_of(error: _Object, status: int | None, words: tuple[str, ...], detail: str) -> Kind:
    metadata, availability = _object(error.get("metadata")), _object(error.get("availability"))
    by_code = BY_AVAILABILITY.get(_text(availability.get("code")))
    if by_code is not None:
        passes = by_code is NoEndpoint and availability.get("retryable") is True
        return ModelUnavailable if passes else by_code
    kind = kind_of_words(status, words, f"{detail}\n{_text(error.get('message'))}")
    if kind is RateLimited and metadata.get("limit_source") == _DAILY_SOURCE:
        return DailyLimit
    if kind is NoEndpoint and metadata.get("raw"):
        return ModelUnavailable  # a provider was found, and the 404 is its own
    if issubclass(kind, Refused):
        if metadata.get("patterns"):
            return Refused
        return Moderated if metadata.get("reasons") or metadata.get("flagged_input") else kind
    return kind


def _status_of(error: _Object, metadata: _Object) -> int | None:
    """The status of an error that came without one of its own; there are four places for it."""
    for value in (error.get("code"), *(o.get("http_status") for o in (error, metadata))):
        digits = str(value)
        if digits.isascii() and digits.isdigit() and len(digits) == 3:
            return int(digits)
    return None


def _words_of(error: _Object, metadata: _Object) -> tuple[str, ...]:
    """The machine words, the stable one first ("" where there is none)."""
    places = (metadata.get("error_type"), error.get("error_type"))
    stable = next((_text(word) for word in places if _text(word)), "")
    code = _text(error.get("code"))
    loose = ("" if code.isdigit() else code, _text(error.get("type")))
    words = (stable, *loose, _text(metadata.get("provider_code")))
    first = next((word for word in (stable, *loose) if word and word != SAYS_NOTHING), stable)
    return (first, *words)


def _affordable_in(detail: str) -> int | None:
    """How many tokens a 402 says the account can pay for."""
    found = _AFFORDABLE.search(detail)
    return int(found[1].replace(",", "")) if found else None


def _detail_of(body: object) -> str:
    """The most telling text of an error body: the upstream provider's own before the wrapper's."""
    if not isinstance(body, Mapping):
        # An HTML page or a plain string; only a short line of plain words is worth showing.
        text = body.strip() if isinstance(body, str) else ""
        return "" if text.startswith("<") else text
    for candidate in (_object(body.get("metadata")).get("raw"), body.get("message")):
        text = _message_in(candidate)
        if text:
            return text
    return ""


def _message_in(value: object) -> str:
    """A provider's raw text is often JSON again, with the sentence inside."""
    found = parsed(value) if isinstance(value, str) else value
    if isinstance(found, Mapping):
        inner = found.get("error", found)
        message = inner.get("message") if isinstance(inner, Mapping) else inner
        if isinstance(message, str):
            return message.strip()
    return value.strip() if isinstance(value, str) else ""


def _object(value: object) -> _Object:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < math.inf else None
