"""Which branch of our error tree an upstream's error is: tables and the order they are asked in.

Pure. The machine words are OpenRouter's 27 `error_type` values and 11 `availability` codes; a word
that is none of them says nothing, and the status decides.
Source: https://openrouter.ai/docs/api_reference/errors-and-debugging
"""

from collections.abc import Mapping
from typing import Final

from chat.errors import (
    ConnectionLost,
    DailyLimit,
    InvalidKey,
    ModelUnavailable,
    Moderated,
    NoEndpoint,
    OutOfCredits,
    Overloaded,
    ProviderError,
    RateLimited,
    Refused,
    Rejected,
    TimedOut,
    TooLong,
    UnknownModel,
)

Kind = type[ProviderError]

BY_STATUS: Final[Mapping[int, Kind]] = {
    400: Rejected,
    401: InvalidKey,
    402: OutOfCredits,
    403: Refused,
    404: NoEndpoint,
    408: TimedOut,
    409: ModelUnavailable,
    410: UnknownModel,
    412: Rejected,
    413: TooLong,
    422: Rejected,
    429: RateLimited,
    499: ConnectionLost,
    500: ModelUnavailable,
    502: ModelUnavailable,
    503: Overloaded,
    504: TimedOut,
    524: TimedOut,
    529: Overloaded,
}

BY_ERROR_TYPE: Final[Mapping[str, Kind]] = {
    "context_length_exceeded": TooLong,
    "max_tokens_exceeded": TooLong,
    "token_limit_exceeded": TooLong,
    "string_too_long": TooLong,
    "payload_too_large": TooLong,
    "authentication": InvalidKey,
    "permission_denied": Refused,
    "payment_required": OutOfCredits,
    "rate_limit_exceeded": RateLimited,
    "provider_overloaded": Overloaded,
    "provider_unavailable": ModelUnavailable,
    "server": ModelUnavailable,
    "timeout": TimedOut,
    "not_found": NoEndpoint,
    "content_policy_violation": Moderated,
    "refusal": Moderated,
    "invalid_request": Rejected,
    "invalid_prompt": Rejected,
    "precondition_failed": Rejected,
    "unprocessable": Rejected,
    "invalid_image": Rejected,
    "image_too_large": Rejected,
    "image_too_small": Rejected,
    "unsupported_image_format": Rejected,
    "image_not_found": Rejected,
    "image_download_failed": Rejected,
}
SAYS_NOTHING: Final = "unmapped"
"""OpenRouter's word for an error that it has no word for."""

BY_AVAILABILITY: Final[Mapping[str, Kind]] = {
    "model_not_found": UnknownModel,
    "model_deprecated": UnknownModel,
    "wrong_endpoint": NoEndpoint,
    "no_endpoints": NoEndpoint,
    "region_restricted": NoEndpoint,
    "privacy_restricted": NoEndpoint,
    "constraint_filtered": NoEndpoint,
    "free_variant_ended": NoEndpoint,
    "model_unavailable_upstream": ModelUnavailable,
    "temporarily_unavailable": ModelUnavailable,
    "capacity_exhausted": Overloaded,
}

_BY_OTHER_WORD: Final[Mapping[str, Kind]] = {
    # Codes of the OpenAI API, which other servers and older streams use.
    "server_error": ModelUnavailable,
    "insufficient_quota": OutOfCredits,
    "invalid_api_key": InvalidKey,
    "model_not_found": UnknownModel,
    "string_above_max_length": TooLong,
    "content_filter": Moderated,
    "overloaded_error": Overloaded,
}

_BY_TEXT: Final[tuple[tuple[str, Kind], ...]] = (
    # Last resort, in small letters; each was seen where the machine words said less.
    ("free-models-per-day", DailyLimit),
    ("key limit exceeded", OutOfCredits),
    ("insufficient credits", OutOfCredits),
    ("is not a valid model id", UnknownModel),
    ("maximum context length", TooLong),
    ("context_length_exceeded", TooLong),
    ("prompt is too long", TooLong),
    ("content management policy", Moderated),
)
_REASON_BY_TEXT: Final[tuple[tuple[str, str], ...]] = (
    ("data policy", "privacy_restricted"),
    ("guardrail restrictions", "privacy_restricted"),
    ("no endpoints found that support", "constraint_filtered"),
    ("no allowed providers", "constraint_filtered"),
    (":free", "free_variant_ended"),
)
_MISLEADING: Final = frozenset({Rejected, Refused, NoEndpoint, RateLimited, ModelUnavailable})
"""Branches so wide that the text may know better."""


def kind_of_status(status: int) -> Kind:
    """What an HTTP status means by itself."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    return ModelUnavailable if status >= 500 else Rejected


def kind_of_words(status: int | None, words: tuple[str, ...], text: str) -> Kind:
    """What status, machine words and text mean together.

    Args:
        status: HTTP status or in-stream code; None where there was none.
        words: `error_type` and whatever else stands where a code does; the first known one counts.
        text: Everything the upstream wrote.
    """
    known = (_kind_of_word(word) for word in words)
    kind = next((kind for kind in known if kind is not None), None)
    if kind is None:
        kind = ModelUnavailable if status is None else kind_of_status(status)
    if kind in _MISLEADING:
        small = text.lower()
        kind = next((other for part, other in _BY_TEXT if part in small), kind)
    return kind


def reason_in(text: str) -> str:
    """Why there is no endpoint, as an `availability` code, where only a sentence says it; or ""."""
    small = text.lower()
    return next((reason for part, reason in _REASON_BY_TEXT if part in small), "")


def _kind_of_word(word: str) -> Kind | None:
    return BY_ERROR_TYPE.get(word) or _BY_OTHER_WORD.get(word)
