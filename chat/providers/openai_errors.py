"""The SDK's exceptions and OpenRouter's error bodies → our error tree.

Nothing of an exception's cause is ever quoted: for a malformed key the cause holds the key.
Details come whole; they are cut where the key is masked, since half a key could not be found.
Sources: OpenRouter's errors-and-debugging page, recordings of its wire, the SDK's behaviour as
measured (402, 408 and 413 come as a plain APIStatusError; an error inside the stream as APIError).
"""

import json
import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final, cast

import openai

from chat.errors import (
    BadAnswer,
    ConnectionLost,
    InvalidKey,
    ModelUnavailable,
    OutOfCredits,
    ProviderError,
    RateLimited,
    Refused,
    Rejected,
    TimedOut,
)

_BY_STATUS: Final[Mapping[int, type[ProviderError]]] = {
    400: Rejected,
    401: InvalidKey,
    402: OutOfCredits,
    403: Refused,
    404: ModelUnavailable,
    408: TimedOut,
    409: ModelUnavailable,
    412: Rejected,
    413: Rejected,
    422: Rejected,
    429: RateLimited,
    504: TimedOut,
    524: TimedOut,
}
_BY_CODE: Final[Mapping[str, type[ProviderError]]] = {
    "server_error": ModelUnavailable,
    "rate_limit_exceeded": RateLimited,
    "context_length_exceeded": Rejected,
    "payment_required": OutOfCredits,
    "insufficient_quota": OutOfCredits,
    "invalid_api_key": InvalidKey,
    "content_policy_violation": Refused,
    "refusal": Refused,
    "timeout": TimedOut,
}


def error_of(error: openai.OpenAIError) -> ProviderError:
    """What an exception of the SDK means to us."""
    match error:
        case openai.APITimeoutError():
            return TimedOut("Nothing came for too long.")
        case openai.APIConnectionError():
            return ConnectionLost()
        case openai.APIStatusError():
            kind = _kind_of(error.status_code)
            return kind(
                _detail_of(error.body),
                status=error.status_code,
                retry_after_s=_retry_after_s(error.response.headers),
            )
        case openai.APIResponseValidationError():
            return BadAnswer("The answer has a shape that is not the API's.")
        case openai.APIError():
            return error_of_stream(error.body)
        case _:
            return BadAnswer(type(error).__name__)


def error_of_stream(body: object) -> ProviderError:
    """What an `error` object inside a stream means; the code may be a number or a word."""
    code = body.get("code") if isinstance(body, Mapping) else None
    detail = _detail_of(body)
    if isinstance(code, str) and code in _BY_CODE:
        return _BY_CODE[code](detail)
    digits = str(code)
    if not (digits.isascii() and digits.isdigit() and len(digits) == 3):
        return ModelUnavailable(detail)
    return _kind_of(int(digits))(detail, status=int(digits))


def error_of_body(body: str) -> ProviderError:
    """What a 200 that is no stream means: an error as JSON, or a page of something else."""
    parsed = _parsed(body)
    if isinstance(parsed, Mapping) and parsed.get("error"):
        return error_of_stream(parsed["error"])
    return BadAnswer("The address answered, but not with a stream of an answer.")


def _kind_of(status: int) -> type[ProviderError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return ModelUnavailable if status >= 500 else Rejected


def _detail_of(body: object) -> str:
    """The most telling text of an error body: the upstream provider's own before the wrapper's."""
    if not isinstance(body, Mapping):
        # An HTML page or a plain string; only a short line of plain words is worth showing.
        text = body.strip() if isinstance(body, str) else ""
        return "" if text.startswith("<") else text
    metadata = body.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    for candidate in (raw, body.get("message")):
        text = _message_in(candidate)
        if text:
            return text
    return ""


def _message_in(value: object) -> str:
    """A provider's raw text is often JSON again, with the sentence inside."""
    if not isinstance(value, str):
        return ""
    parsed = _parsed(value)
    if isinstance(parsed, Mapping):
        inner = parsed.get("error", parsed)
        message = inner.get("message") if isinstance(inner, Mapping) else inner
        if isinstance(message, str):
            return message.strip()
    return value.strip()


def _parsed(text: str) -> object:
    """The JSON that a text is, or None; nesting without end is no JSON either."""
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, given as a number or as a date (RFC 9110, section 10.2.3)."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        wait_s = float(value)
    except ValueError:
        wait_s = _seconds_until(value, headers.get("date", ""))
    return max(0.0, wait_s) if math.isfinite(wait_s) else None


def _seconds_until(when: str, sent: str) -> float:
    try:
        return (parsedate_to_datetime(when) - parsedate_to_datetime(sent)).total_seconds()
    except (ValueError, TypeError):  # no date, or one with and one without a zone
        return math.nan
