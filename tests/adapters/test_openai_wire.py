"""The openai provider over a real socket: what it makes of healthy answers."""

import time
from collections.abc import Iterator

import pytest
from raw_upstream import (
    DONE,
    FINISH,
    STREAM,
    ask,
    ask_bytes,
    http,
    request_for,
    says,
    sse,
    text_in,
    upstream,
    wire_to,
)
from simulator_calls import ended_record

from chat.events import (
    Event,
    Finished,
    Opened,
    ReasoningDelta,
    TextDelta,
    Usage,
    UsageReported,
    Waiting,
)
from chat.simulator import SimulatorServer
from chat.simulator.prose import write

QUICK = "sim/ttft-0-rate-1000"
STOP_LIMIT_S = 0.1


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


async def ask_simulator(simulator: SimulatorServer, model: str) -> list[Event]:
    events, failure = await ask(wire_to(simulator.base_url), request_for(model))
    assert failure is None
    return events


async def test_the_text_of_a_stream_is_what_was_sent(simulator: SimulatorServer) -> None:
    events = await ask_simulator(simulator, f"{QUICK}-len-300")

    assert text_in(events) == "".join(write("mixed", 1, 300))
    assert events[-1] == Finished("stop")


async def test_bytes_cut_at_awkward_places_make_the_same_text(simulator: SimulatorServer) -> None:
    events = await ask_simulator(simulator, f"{QUICK}-split-len-60")

    assert text_in(events) == "".join(write("emoji", 1, 60))


@pytest.mark.parametrize("shape", ["", "-usage-repeat"])
async def test_usage_and_finish_come_once_at_the_end(
    simulator: SimulatorServer, shape: str
) -> None:
    events = await ask_simulator(simulator, f"{QUICK}-len-20{shape}")

    assert events[-2:] == [
        UsageReported(Usage(2, 20, reasoning_tokens=0, cached_tokens=0, cost_usd=8.2e-06)),
        Finished("stop"),
    ]
    assert sum(isinstance(event, UsageReported | Finished) for event in events) == 2


async def test_reasoning_comes_apart_from_the_text(simulator: SimulatorServer) -> None:
    events = await ask_simulator(simulator, f"{QUICK}-think-7-len-5")
    reasoning = [event.text for event in events if isinstance(event, ReasoningDelta)]

    assert reasoning == list(write("prose", 2, 7))
    assert text_in(events) == "".join(write("mixed", 1, 5))


async def test_hidden_reasoning_shows_in_the_usage_only(simulator: SimulatorServer) -> None:
    events = await ask_simulator(simulator, f"{QUICK}-hidden-think-50-len-5")
    (reported,) = (event for event in events if isinstance(event, UsageReported))

    assert not any(isinstance(event, ReasoningDelta) for event in events)
    assert (reported.usage.completion_tokens, reported.usage.reasoning_tokens) == (55, 50)


async def test_who_answers_is_told(simulator: SimulatorServer) -> None:
    model = f"{QUICK}-len-3-dated"
    first, second, *_ = await ask_simulator(simulator, model)
    record = await ended_record(simulator, model)

    assert first == Opened(record["id"])
    assert second == Opened(record["id"], f"{model}-20260217", "Simulator")


@pytest.mark.parametrize(
    ("word", "ending"),
    [
        ("length", Finished("length", "max_tokens")),
        ("filter", Finished("content_filter", "safety")),
    ],
)
async def test_the_finish_reason_is_the_upstreams(
    simulator: SimulatorServer, word: str, ending: Finished
) -> None:
    events = await ask_simulator(simulator, f"{QUICK}-len-3-{word}")

    assert events[-1] == ending


async def test_a_chunk_without_choices_is_passed_over(simulator: SimulatorServer) -> None:
    events = await ask_simulator(simulator, f"{QUICK}-len-10-no-choices-at-3")

    assert text_in(events) == "".join(write("mixed", 1, 10))


async def test_an_upstream_that_keeps_the_connection_open_does_not_hold_up_the_end() -> None:
    stream = sse(says("a"), FINISH).replace(b"Connection: close", b"Connection: keep-alive") + DONE
    begun_s = time.monotonic()

    async with upstream(stream, is_left_open=True) as server:
        events, failure = await ask(wire_to(server.base_url, read_timeout_s=5), request_for())

    assert (events[-1], failure) == (Finished("stop"), None)
    assert time.monotonic() - begun_s < 2


async def test_a_connection_lost_after_the_finish_reason_loses_nothing() -> None:
    whole = sse(says("a"), FINISH).replace(b"Connection: close", b"Content-Length: 9999")

    events, failure = await ask_bytes(whole)

    assert (text_in(events), events[-1], failure) == ("a", Finished("stop"), None)


@pytest.mark.parametrize(
    ("deltas", "text"),
    [
        (["a\ud83d", "\ude00b"], "a😀b"),
        (["\ud83d", "", "\ude00"], "😀"),
        (["a\ud83d", "b"], "a\ufffdb"),
        (["\ude00", "b"], "\ufffdb"),
        (["a", "\ud83d"], "a\ufffd"),
        (["\ud83d\ude00\ud83d", "\ud83d"], "😀\ufffd\ufffd"),
    ],
)
@pytest.mark.parametrize("field", ["content", "reasoning"])
async def test_halves_of_a_character_are_joined_or_replaced(
    field: str, deltas: list[str], text: str
) -> None:
    chunks = [says(delta, field) for delta in deltas]

    events, failure = await ask_bytes(sse(*chunks, FINISH))

    parts = [event.text for event in events if isinstance(event, TextDelta | ReasoningDelta)]
    assert ("".join(parts), failure) == (text, None)


async def test_a_comment_between_chunks_is_no_event() -> None:
    comment = b": OPENROUTER PROCESSING\n\n"
    body = comment + sse(says("a")).partition(b"\r\n\r\n")[2] + comment

    events, failure = await ask_bytes(http(body, STREAM))

    assert (text_in(events), len(events)) == ("a", 3)
    assert failure is not None


async def test_keep_alives_are_told_until_the_first_chunk(simulator: SimulatorServer) -> None:
    # The simulator's first keep-alive comes after a second.
    events = await ask_simulator(simulator, "sim/ttft-1100-len-2-pause-1200-at-1")

    kinds = [type(event) for event in events]
    assert kinds[:5] == [Opened, Waiting, Opened, TextDelta, TextDelta]
