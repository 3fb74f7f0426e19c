"""The wire formats of the API: what each says of a log, event by event."""

import itertools
import json
from collections.abc import Sequence
from typing import Any

import pytest

from chat.api.broadcast import Encoder
from chat.api.data_stream import DataStreamEncoder
from chat.api.openai_format import OpenAIEncoder, completion_of, http_status
from chat.api.ui_messages import BROKEN_OFF, UiMessageEncoder
from chat.errors import Failure
from chat.events import (
    Continued,
    Event,
    Failed,
    Finished,
    Opened,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    StartedOver,
    Stopped,
    SwitchedModel,
    TextDelta,
    Usage,
    UsageReported,
)
from chat.live import LiveReply

FAILURE = Failure("rate_limited", status=429)
USAGE = UsageReported(Usage(5, 3, cost_usd=0.25))
WHOLE = (
    RequestSent(),
    Opened("gen-1", "acme/big-2026", "Acme"),
    ReasoningDelta("Hm. "),
    TextDelta("Hel"),
    TextDelta("lo"),
    USAGE,
    Finished("length"),
)


def log_of(events: Sequence[Event]) -> LiveReply:
    """An answer whose events came 100 ms apart."""
    live = LiveReply("r1", "ann", "c1", "acme/big", itertools.count(0, 0.1).__next__)
    for event in events:
        live.append(event)
    return live


def sentence(failure: Failure) -> str:
    return f"Sorry: {failure.kind}."


def encoded(encoder: Encoder, live: LiveReply) -> str:
    return "".join(encoder.encode(entry) for entry in live.read())


def parts(*events: Event) -> list[dict[str, Any]]:
    """What the AI SDK's clients 5 to 7 read."""
    live = log_of(events)
    text = encoded(UiMessageEncoder(live, sentence), live)
    bodies = [event.removeprefix("data: ") for event in text.split("\n\n") if event]
    return [json.loads(body) for body in bodies if body != "[DONE]"]


def lines(*events: Event) -> list[tuple[str, Any]]:
    """What the AI SDK's client 4 reads."""
    live = log_of(events)
    text = encoded(DataStreamEncoder(live, sentence), live)
    return [(line[0], json.loads(line[2:])) for line in text.splitlines()]


def chunks(*events: Event, has_usage: bool = False) -> list[dict[str, Any]]:
    """What an OpenAI client reads."""
    live = log_of(events)
    text = encoded(OpenAIEncoder(live, sentence, has_usage=has_usage, created_s=7), live)
    bodies = [event.removeprefix("data: ") for event in text.split("\n\n") if event]
    assert bodies[-1] == "[DONE]"
    return [json.loads(body) for body in bodies[:-1]]


def test_a_ui_message_opens_and_closes_each_part_once() -> None:
    kinds = [(part["type"], part.get("id")) for part in parts(*WHOLE)]

    assert kinds == [
        ("start", None),
        ("start-step", None),
        ("reasoning-start", "reasoning-1"),
        ("reasoning-delta", "reasoning-1"),
        ("reasoning-end", "reasoning-1"),
        ("text-start", "text-2"),
        ("text-delta", "text-2"),
        ("text-delta", "text-2"),
        ("text-end", "text-2"),
        ("finish-step", None),
        ("finish", None),
    ]


def test_the_figures_come_with_the_finish() -> None:
    finish = parts(*WHOLE)[-1]

    assert finish["finishReason"] == "length"
    assert finish["messageMetadata"] == {
        "conversationId": "c1",
        "model": "acme/big-2026",
        "provider": "Acme",
        "generationId": "gen-1",
        "outcome": "truncated",
        "ttftMs": 300.0,
        "responseTimeMs": 600.0,
        "outputTokensPerSecond": 10.0,
        "usage": {"inputTokens": 5, "outputTokens": 3, "isEstimated": False},
        "costUsd": 0.25,
    }


def test_every_stream_of_events_ends_with_done_for_clients_that_wait_for_it() -> None:
    live = log_of(WHOLE)

    assert encoded(UiMessageEncoder(live, sentence), live).endswith("\n\ndata: [DONE]\n\n")


def test_a_failure_is_an_error_with_our_sentence_and_nothing_else_of_it() -> None:
    *_, metadata, error = parts(RequestSent(), TextDelta("He"), Failed(FAILURE))

    assert error == {"type": "error", "errorText": "Sorry: rate_limited."}
    assert metadata["messageMetadata"]["outcome"] == "failed"


def test_a_stop_is_an_abort_without_a_reason_since_older_clients_know_none() -> None:
    assert parts(RequestSent(), TextDelta("He"), Stopped())[-1] == {"type": "abort"}


def test_a_server_that_goes_down_is_an_error_not_a_clean_end() -> None:
    last = parts(RequestSent(), TextDelta("He"), Stopped(by_visitor=False))[-1]

    assert last == {"type": "error", "errorText": BROKEN_OFF}


def test_waiting_states_are_passing_data_that_every_version_takes() -> None:
    found = parts(
        RequestSent(),
        Retrying(FAILURE, 2, 4, 1.5),
        SwitchedModel("acme/small", FAILURE),
        TextDelta("a"),
        Reconnecting(FAILURE, 1, 2, 0.5),
        StartedOver(),
        TextDelta("b"),
        Finished("stop"),
    )
    states = [part["data"] for part in found if part["type"] == "data-status"]

    assert all(part["transient"] for part in found if part["type"] == "data-status")
    assert states == [
        {"state": "retrying", "attempt": 2, "of": 4, "waitMs": 1500},
        {"state": "switched-model", "model": "acme/small"},
        {"state": "reconnecting", "attempt": 1, "of": 2, "waitMs": 500},
        {"state": "started-over"},
    ]


def test_a_continued_answer_begins_with_what_was_there() -> None:
    deltas = [p["delta"] for p in parts(RequestSent(), Continued("One "), TextDelta("two"))[2:]
              if "delta" in p]  # fmt: skip

    assert deltas == ["One ", "two"]


def test_a_data_stream_has_one_line_for_each_event() -> None:
    assert [line for line in lines(*WHOLE) if line[0] not in "8"] == [
        ("f", {"messageId": "r1"}),
        ("g", "Hm. "),
        ("0", "Hel"),
        ("0", "lo"),
        (
            "e",
            {
                "finishReason": "length",
                "usage": {"promptTokens": 5, "completionTokens": 3},
                "isContinued": False,
            },
        ),
        ("d", {"finishReason": "length", "usage": {"promptTokens": 5, "completionTokens": 3}}),
    ]


@pytest.mark.parametrize(
    ("ending", "last"),
    [
        (Failed(FAILURE), ("3", "Sorry: rate_limited.")),
        (Stopped(by_visitor=False), ("3", BROKEN_OFF)),
    ],
)
def test_a_data_stream_that_breaks_off_ends_with_an_error(
    ending: Event, last: tuple[str, str]
) -> None:
    assert lines(RequestSent(), TextDelta("He"), ending)[-1] == last


def test_openai_chunks_have_a_finish_reason_even_where_it_is_null() -> None:
    found = chunks(*WHOLE)

    assert [chunk["choices"][0]["finish_reason"] for chunk in found] == [None] * 4 + ["length"]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in found) == "Hello"


def test_usage_comes_in_a_chunk_without_choices_and_only_when_asked_for() -> None:
    assert not any("usage" in chunk for chunk in chunks(*WHOLE))

    last = chunks(*WHOLE, has_usage=True)[-1]
    assert last["choices"] == []
    assert last["usage"] == {
        "prompt_tokens": 5,
        "completion_tokens": 3,
        "total_tokens": 8,
        "cost": 0.25,
    }


def test_a_failure_is_an_error_in_openais_shape() -> None:
    assert chunks(RequestSent(), Failed(FAILURE))[-1] == {
        "error": {
            "message": "Sorry: rate_limited.",
            "type": "rate_limited",
            "param": None,
            "code": 429,
        }
    }


def test_a_completion_is_the_whole_answer_in_one_body() -> None:
    live = log_of(WHOLE)

    body = completion_of(live, live.read(), created_s=7.9)

    assert body["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello", "reasoning": "Hm. "},
            "finish_reason": "length",
        }
    ]
    assert (body["id"], body["created"]) == ("chatcmpl-r1", 7)


def test_tokens_that_nobody_counted_are_marked() -> None:
    live = log_of([RequestSent(), TextDelta("12345678"), Finished("stop")])

    usage = completion_of(live, live.read(), 0)["usage"]

    assert usage == {
        "prompt_tokens": 0,
        "completion_tokens": 2,
        "total_tokens": 2,
        "is_estimated": True,
    }


def test_a_key_of_the_servers_own_that_is_refused_is_no_401_of_the_clients() -> None:
    assert http_status(Failure("invalid_key", status=401)) == 401
    assert http_status(Failure("invalid_key", status=401, is_lent_key=True)) == 502
    assert http_status(Failure("out_of_credits", status=402, endpoint="lab")) == 502
