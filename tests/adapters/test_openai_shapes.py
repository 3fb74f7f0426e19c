"""What the openai provider makes of chunks whose shape is not the API's, and of each SDK error."""

import asyncio
import copy
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import httpx2
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_upstream import FINISH, ask_bytes, says, sse

from chat.errors import Failure
from chat.events import Finished, Opened, Usage, UsageReported
from chat.providers.openai_errors import error_of

REQUEST = httpx2.Request("POST", "http://127.0.0.1/api/v1/chat/completions")
CHUNK: dict[str, Any] = {
    "id": "gen-1",
    "model": "m",
    "provider": "Azure",
    "choices": [
        {
            "index": 0,
            "delta": {"role": "assistant", "content": "a", "reasoning": "hm"},
            "finish_reason": "stop",
            "native_finish_reason": "end",
        }
    ],
    "usage": {
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "cost": 0.5,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    },
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each value inside a chunk."""
    items = value.items() if isinstance(value, dict) else []
    for key, inner in [*items, *(enumerate(value) if isinstance(value, list) else [])]:
        yield (*path, key)
        yield from places(inner, (*path, key))


def with_value(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The chunk with another value in one place."""
    chunk = copy.deepcopy(CHUNK)
    owner: Any = chunk
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = value
    return chunk


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 2**31, 2**70, 0.5, 1e300, "", "x" * 999, "\ud83d", "12", "error"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["code", "message", "content", "delta"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)
CHUNKS = st.builds(with_value, st.sampled_from(list(places(CHUNK))), JSON)


def test_a_chunk_of_any_shape_gives_events_that_can_be_kept_or_a_failure_of_the_upstream() -> None:
    async def answer_to(chunk: Any) -> tuple[list[Any], Failure | None]:
        return await ask_bytes(sse(chunk))

    with asyncio.Runner() as runner:

        @settings(max_examples=60)
        @given(CHUNKS)
        def check(chunk: Any) -> None:
            events, failure = runner.run(answer_to(chunk))
            kept = [asdict(event) for event in events] + ([asdict(failure)] if failure else [])
            json.dumps(kept, ensure_ascii=False).encode()  # no half of a character
            for event in events:
                if isinstance(event, UsageReported):
                    assert 0 <= event.usage.prompt_tokens < 2**31
                    assert 0 <= event.usage.completion_tokens < 2**31

        check()


@pytest.mark.parametrize(
    "usage",
    [
        {},
        5,
        {"prompt_tokens": 1},
        {"prompt_tokens": "1", "completion_tokens": "2"},
        {"prompt_tokens": 1, "completion_tokens": -2},
        {"prompt_tokens": 1, "completion_tokens": 2**70},
        {"prompt_tokens": True, "completion_tokens": 2},
    ],
)
async def test_a_count_that_is_none_is_absent_and_the_answer_stands(usage: Any) -> None:
    events, failure = await ask_bytes(sse(says("a"), {**FINISH, "usage": usage}))

    assert failure is None
    assert events[-1] == Finished("stop")
    assert not any(isinstance(event, UsageReported) for event in events)


@pytest.mark.parametrize("cost", ["0.5", True, -1, None, float("nan"), float("inf"), {}])
async def test_a_cost_that_is_none_is_absent(cost: Any) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "cost": cost}

    events, failure = await ask_bytes(sse({**FINISH, "usage": usage}))

    assert failure is None
    assert events[-2] == UsageReported(Usage(1, 2))


async def test_names_that_are_none_are_absent() -> None:
    events, failure = await ask_bytes(sse({"id": 5, "model": {}, "provider": [1], **FINISH}))

    assert failure is None
    assert all(event == Opened() for event in events if isinstance(event, Opened))


NEVER_IN_A_CHAT_STREAM = {
    "OpenAIError": "raised itself only before a request, for arguments that are always given here",
    "SubjectTokenProviderError": "workload identity, which is not used",
    "OAuthError": "likewise",
    "LengthFinishReasonError": "only from `.parse()`",
    "ContentFilterFinishReasonError": "likewise",
    "WebSocketConnectionClosedError": "only over WebSockets",
    "WebSocketQueueFullError": "likewise",
    "StreamAlreadyConsumed": "only where a raw response is read twice",
    "MutuallyExclusiveAuthError": "only for Azure",
    "APIRemovedInV1": "only for calls that were removed",
    "_AmbiguousModuleClientUsageError": "only without a client of one's own",
}


def sdk_errors(root: type[openai.OpenAIError] = openai.OpenAIError) -> Iterator[type[Any]]:
    yield root
    for found in root.__subclasses__():
        if found.__module__.startswith("openai"):
            yield from sdk_errors(found)


def an_error(kind: type[Any]) -> openai.OpenAIError:
    """One error of that class, as the SDK makes it."""
    if issubclass(kind, openai.APITimeoutError):
        return kind(REQUEST)
    if issubclass(kind, openai.APIConnectionError):
        return kind(request=REQUEST)
    status = getattr(kind, "status_code", 500)
    response = httpx2.Response(status, request=REQUEST)
    if issubclass(kind, openai.APIStatusError):
        return kind("m", response=response, body={"message": "m"})
    if issubclass(kind, openai.APIResponseValidationError):
        return kind(response, {"message": "m"})
    assert issubclass(kind, openai.APIError), (
        f"{kind} is new: say how it is made, or why it never is"
    )
    return kind("m", REQUEST, body={"message": "m"})


POSSIBLE = [kind for kind in sdk_errors() if kind.__name__ not in NEVER_IN_A_CHAT_STREAM]


@pytest.mark.parametrize("kind", POSSIBLE, ids=lambda kind: kind.__name__)
def test_each_error_of_the_sdk_has_a_meaning_of_its_own(kind: type[Any]) -> None:
    failure = error_of(an_error(kind)).failure

    assert failure != Failure("bad_answer", kind.__name__)
    assert failure.kind != "internal"


def test_the_errors_that_are_left_out_exist() -> None:
    names = {kind.__name__ for kind in sdk_errors()}

    assert set(NEVER_IN_A_CHAT_STREAM) < names
    assert len(POSSIBLE) > 10
