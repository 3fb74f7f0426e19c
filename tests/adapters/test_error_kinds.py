"""Every exception of the SDK and every word and status of OpenRouter has its branch of our tree."""

from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin

import httpx2
import openai
import openrouter.components.apierrortype as sdk_words
import pytest

from chat.errors import FailureKind
from chat.providers.error_bodies import error_in
from chat.providers.error_kinds import BY_AVAILABILITY, BY_ERROR_TYPE, BY_STATUS, SAYS_NOTHING
from chat.providers.openai_errors import error_of

REQUEST = httpx2.Request("POST", "http://127.0.0.1/api/v1/chat/completions")
STATUSES = "400 401 402 403 404 408 409 410 412 413 422 429 499 500 502 503 504 524 529"
AVAILABILITY = (
    "model_not_found wrong_endpoint no_endpoints model_deprecated model_unavailable_upstream "
    "capacity_exhausted temporarily_unavailable region_restricted privacy_restricted "
    "constraint_filtered free_variant_ended"
)
NOT_CALLED = {  # parts of the SDK that this app never calls; their errors are faults of ours
    "SubjectTokenProviderError",  # workload identity
    "OAuthError",  # likewise
    "WebSocketConnectionClosedError",  # the realtime API
    "WebSocketQueueFullError",
    "StreamAlreadyConsumed",  # raw responses
    "MutuallyExclusiveAuthError",  # Azure
    "APIRemovedInV1",  # names of the SDK before its version 1
    "_AmbiguousModuleClientUsageError",  # the module used as a client
}


def _response(status: int) -> httpx2.Response:
    return httpx2.Response(status, request=REQUEST)


_MAKE: dict[type[openai.OpenAIError], Callable[[Any], openai.OpenAIError]] = {
    openai.APITimeoutError: lambda kind: kind(REQUEST),
    openai.APIConnectionError: lambda kind: kind(request=REQUEST),
    openai.APIResponseValidationError: lambda kind: kind(_response(200), None),
    openai.APIStatusError: lambda kind: kind(
        "", response=_response(getattr(kind, "status_code", 418)), body=None
    ),
    openai.APIError: lambda kind: kind("", REQUEST, body=None),
    openai.LengthFinishReasonError: lambda kind: kind.__new__(kind),
    openai.ContentFilterFinishReasonError: lambda kind: kind(),
}


def sdk_classes(root: type[openai.OpenAIError] = openai.OpenAIError) -> Iterator[type]:
    """The SDK's exceptions; other tests' own are not among them."""
    for kind in root.__subclasses__():
        if kind.__module__.partition(".")[0] == "openai" and kind.__name__ not in NOT_CALLED:
            yield kind
        yield from sdk_classes(kind)


def kind_of(exception: type[openai.OpenAIError]) -> FailureKind:
    """What our map makes of an exception of that class; "internal" where it has no place in it."""
    make = next((_MAKE[base] for base in exception.__mro__ if base in _MAKE), None)
    return error_of(make(exception) if make else exception()).failure.kind


@pytest.mark.parametrize("exception", sorted(set(sdk_classes()), key=str))
def test_every_exception_of_the_sdk_has_a_meaning(exception: type[openai.OpenAIError]) -> None:
    assert kind_of(exception) != "internal"


def test_an_exception_that_the_map_misses_is_noticed() -> None:
    class BrandNewError(openai.OpenAIError):
        pass

    assert kind_of(BrandNewError) == "internal"


@pytest.mark.parametrize(
    ("exception", "kind"),
    [
        (openai.APITimeoutError, "timed_out"),
        (openai.APIConnectionError, "connection_lost"),
        (openai.APIResponseValidationError, "bad_answer"),
        (openai.APIStatusError, "rejected"),
        (openai.AuthenticationError, "invalid_key"),
        (openai.PermissionDeniedError, "refused"),
        (openai.NotFoundError, "no_endpoint"),
        (openai.RateLimitError, "rate_limited"),
        (openai.APIError, "model_unavailable"),
        (openai.ContentFilterFinishReasonError, "moderated"),
    ],
)
def test_an_exception_without_a_body_means_what_its_class_says(
    exception: type[openai.OpenAIError], kind: FailureKind
) -> None:
    assert kind_of(exception) == kind


def test_every_error_type_that_openrouters_sdk_knows_has_a_kind() -> None:
    words = {word for part in get_args(sdk_words.APIErrorType) for word in _words_of(part)}

    assert len(words) == 27
    assert words - set(BY_ERROR_TYPE) == {SAYS_NOTHING}


def _words_of(part: object) -> tuple[str, ...]:
    return get_args(part) if get_origin(part) is not None else ()


def test_every_documented_status_and_availability_code_has_a_kind() -> None:
    assert sorted(BY_STATUS) == [int(status) for status in STATUSES.split()]
    assert set(BY_AVAILABILITY) == set(AVAILABILITY.split())


@pytest.mark.parametrize(
    ("error_type", "status", "kind"),
    [
        ("context_length_exceeded", 400, "too_long"),
        ("provider_overloaded", 429, "overloaded"),
        ("brand_new_word", 402, "out_of_credits"),
        ("brand_new_word", 418, "rejected"),
        ("brand_new_word", 599, "model_unavailable"),
        (SAYS_NOTHING, 503, "overloaded"),
        (SAYS_NOTHING, None, "model_unavailable"),
    ],
)
def test_a_known_word_wins_and_an_unknown_one_leaves_it_to_the_status(
    error_type: str, status: int | None, kind: FailureKind
) -> None:
    failure = error_in({"metadata": {"error_type": error_type}}, status=status).failure

    assert (failure.kind, failure.status, failure.error_type) == (kind, status, error_type)


@pytest.mark.parametrize(
    "error",
    [
        {"code": 429, "metadata": {"error_type": "rate_limit_exceeded"}},
        {"error_type": "rate_limit_exceeded", "http_status": 429},
        {"metadata": {"error_type": "rate_limit_exceeded", "http_status": 429}},
        {"code": "429", "type": "rate_limit_exceeded"},
        {"code": "rate_limit_exceeded", "http_status": "429"},
    ],
)
def test_type_and_status_are_found_in_each_of_their_places(error: dict[str, Any]) -> None:
    failure = error_in(error).failure

    assert failure.kind == "rate_limited"
    assert (failure.status, failure.error_type) == (429, "rate_limit_exceeded")


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        ({"availability": {"code": "privacy_restricted"}}, "no_endpoint", "privacy_restricted"),
        (
            {"availability": {"code": "no_endpoints", "retryable": True}},
            "model_unavailable",
            "no_endpoints",
        ),
        ({"availability": {"code": "model_deprecated"}}, "unknown_model", "model_deprecated"),
        (
            {"message": "No endpoints found matching your data policy (Free model publication)."},
            "no_endpoint",
            "privacy_restricted",
        ),
        ({"message": "No endpoints found for a/b:free."}, "no_endpoint", "free_variant_ended"),
        (
            {"message": "No endpoints found that support image input"},
            "no_endpoint",
            "constraint_filtered",
        ),
        ({"message": "No endpoints found for a/b."}, "no_endpoint", ""),
        ({"metadata": {"raw": "try later", "provider_name": "P"}}, "model_unavailable", ""),
        ({"message": "a/b is not a valid model ID"}, "unknown_model", ""),
    ],
)
def test_a_404_says_why_nobody_answers(
    error: dict[str, Any], kind: FailureKind, reason: str
) -> None:
    failure = error_in(error, status=404).failure

    assert (failure.kind, failure.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        ({"reasons": ["violence"], "flagged_input": "Tell me"}, "moderated"),
        ({"error_type": "content_policy_violation", "patterns": ["email"]}, "refused"),
        ({"error_type": "content_policy_violation"}, "moderated"),
        ({"error_type": "permission_denied"}, "refused"),
        ({}, "refused"),
    ],
)
def test_a_403_of_moderation_is_not_one_of_a_guardrail(
    metadata: dict[str, Any], kind: FailureKind
) -> None:
    assert error_in({"metadata": metadata}, status=403).failure.kind == kind


@pytest.mark.parametrize(
    ("message", "tokens"),
    [
        ("You requested up to 65536 tokens, but can only afford 30104. To increase, visit", 30104),
        ("requested up to 65,536 tokens, but can only afford 3,919.", 3919),
        ("but can only afford 0. To increase", 0),
        ("Insufficient credits. Add more using https://openrouter.ai/settings/credits", None),
    ],
)
def test_a_402_tells_how_many_tokens_are_affordable(message: str, tokens: int | None) -> None:
    failure = error_in({"message": message}, status=402).failure

    assert (failure.kind, failure.affordable_tokens) == ("out_of_credits", tokens)


@pytest.mark.parametrize(
    ("message", "status", "kind"),
    [
        ("This endpoint's maximum context length is 8192 tokens.", 400, "too_long"),
        ("Key limit exceeded (daily limit).", 403, "out_of_credits"),
        ("filtered by the content management policy", 400, "moderated"),
        ("Rate limit exceeded: free-models-per-day. Add 10 credits", 429, "daily_limit"),
        ("Rate limit exceeded: free-models-per-min.", 429, "rate_limited"),
    ],
)
def test_a_sentence_is_read_where_the_status_says_too_little(
    message: str, status: int, kind: FailureKind
) -> None:
    assert error_in({"message": message}, status=status).failure.kind == kind


MIDNIGHT_MS = 1_771_372_800_000


@pytest.mark.parametrize(
    ("headers", "metadata"),
    [
        ({"X-RateLimit-Reset": str(MIDNIGHT_MS)}, {}),
        ({}, {"headers": {"X-RateLimit-Reset": str(MIDNIGHT_MS)}}),
        ({}, {"headers": {"X-RateLimit-Reset": MIDNIGHT_MS // 1000}}),
    ],
)
def test_the_daily_cap_says_when_it_ends(headers: dict[str, str], metadata: dict[str, Any]) -> None:
    source = {"limit_source": "openrouter_free_tier_daily"}
    failure = error_in({"metadata": metadata | source}, status=429, headers=headers).failure

    assert (failure.kind, failure.resets_epoch_s) == ("daily_limit", MIDNIGHT_MS / 1000)


@pytest.mark.parametrize(
    ("headers", "error", "wait_s"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, {}, 1.5),
        ({"retry-after": "9"}, {"availability": {"retry_after": 30}}, 9),
        ({}, {"availability": {"retry_after": 30}}, 30),
        ({}, {"availability": {"retry_after": -1}}, None),
        ({}, {"metadata": {"headers": {"Retry-After": 12}}}, 12),
        (
            {"x-ratelimit-reset": "1771372805000", "date": "Wed, 18 Feb 2026 00:00:00 GMT"},
            {},
            5,
        ),
        ({"x-ratelimit-reset": "1771372805000"}, {}, None),
        ({"x-ratelimit-reset": "soon"}, {}, None),
    ],
)
def test_a_wait_is_found_wherever_it_is_said(
    headers: dict[str, str], error: dict[str, Any], wait_s: float | None
) -> None:
    assert error_in(error, status=429, headers=headers).failure.retry_after_s == wait_s


@pytest.mark.parametrize(
    "body", [None, 5, [], "", "words", {"metadata": 5}, {"metadata": {"raw": {}, "headers": 5}}]
)
def test_a_body_of_any_shape_is_understood(body: object) -> None:
    assert error_in(body, status=500).failure.kind == "model_unavailable"


def test_the_providers_own_words_come_before_the_wrappers() -> None:
    raw = '{"error": {"message": "Overloaded, sorry"}}'
    metadata = {"raw": raw, "provider_name": "Azure"}
    failure = error_in({"message": "Provider returned error", "metadata": metadata}).failure

    assert (failure.detail, failure.upstream_provider) == ("Overloaded, sorry", "Azure")
