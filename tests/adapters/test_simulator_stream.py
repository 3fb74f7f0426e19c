"""Healthy answers of the simulator over a real socket: bytes, timing, and the client's end."""

import asyncio
import re
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from simulator_calls import (
    ended_record,
    events,
    open_stream,
    post,
    raw_post,
    text_of,
    wait_for_open,
)

from chat.simulator import SimulatorServer
from chat.simulator.asked import Asked
from chat.simulator.exchange import plan_exchange
from chat.simulator.grammar import read_scenario
from chat.simulator.prose import write

SHORT = "ttft-0-rate-1000"
TRIES = 10
NOTICED_S = 0.1
"""The best of so many counts: other work on a busy machine may hold up the others."""


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


async def test_a_stream_is_events_of_chunks_and_a_done(server: SimulatorServer) -> None:
    answer = await post(server, f"sim/{SHORT}-len-5")

    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-cache"
    assert re.fullmatch(r"gen-\d{10}-\w{20}", answer.headers["x-generation-id"])
    assert answer.text.endswith("\n\ndata: [DONE]\n\n")
    assert all(line.startswith("data: ") or not line for line in answer.text.split("\n"))


async def test_a_chunk_has_what_openrouter_sends(server: SimulatorServer) -> None:
    answer = await post(server, f"sim/{SHORT}-len-5")
    first = events(answer.text)[0]

    assert first["id"] == answer.headers["x-generation-id"]
    assert (first["object"], first["provider"]) == ("chat.completion.chunk", "Simulator")
    assert first["model"] == f"sim/{SHORT}-len-5"
    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert first["choices"][0]["finish_reason"] is None


async def test_the_sdk_reads_the_whole_text_and_the_usage(server: SimulatorServer) -> None:
    chunks = [chunk async for chunk in await open_stream(server, f"sim/{SHORT}-len-80")]
    said = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    usage = chunks[-1].usage

    assert said == list(write("mixed", 1, 80))
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (2, 80, 82)


async def test_the_usage_chunk_comes_in_both_recorded_forms(server: SimulatorServer) -> None:
    plain = events((await post(server, f"sim/{SHORT}-len-2")).text)[-1]
    again = events((await post(server, f"sim/{SHORT}-len-2-usage-repeat")).text)[-1]

    assert plain["choices"] == []
    assert again["choices"][0]["finish_reason"] == "stop"
    assert again["choices"][0]["delta"]["content"] == ""
    assert plain["usage"] == again["usage"]


async def test_reasoning_comes_first_and_is_counted(server: SimulatorServer) -> None:
    chunks = events((await post(server, f"sim/{SHORT}-think-6-len-4")).text)
    thought = [chunk["choices"][0]["delta"].get("reasoning") for chunk in chunks[:10]]

    assert all(thought[:6])
    assert thought[6:] == [None] * 4
    assert chunks[0]["choices"][0]["delta"]["reasoning_details"][0]["type"] == "reasoning.text"
    assert chunks[-1]["usage"]["completion_tokens"] == 10
    assert chunks[-1]["usage"]["completion_tokens_details"]["reasoning_tokens"] == 6


async def test_hidden_reasoning_shows_only_an_encrypted_detail(server: SimulatorServer) -> None:
    chunks = events((await post(server, f"sim/{SHORT}-hidden-think-50-len-1")).text)
    delta = chunks[0]["choices"][0]["delta"]

    assert (delta["content"], delta["reasoning"]) == ("", None)
    assert delta["reasoning_details"][0]["type"] == "reasoning.encrypted"
    assert chunks[-1]["usage"]["completion_tokens"] == 51


async def test_a_long_wait_is_filled_with_comments(server: SimulatorServer) -> None:
    answer = await post(server, "sim/ttft-1050-len-1")

    assert answer.text.startswith(": OPENROUTER PROCESSING\n\ndata: {")


async def test_a_dated_model_answers_by_its_dated_id(server: SimulatorServer) -> None:
    chunks = events((await post(server, f"sim/{SHORT}-len-1-dated")).text)

    assert chunks[0]["model"] == f"sim/{SHORT}-len-1-dated-20260217"


@pytest.mark.parametrize(("word", "reason"), [("length", "length"), ("filter", "content_filter")])
async def test_an_answer_ends_with_the_reason_asked_for(
    server: SimulatorServer, word: str, reason: str
) -> None:
    chunks = events((await post(server, f"sim/{SHORT}-len-1-{word}")).text)

    assert chunks[-2]["choices"][0]["finish_reason"] == reason


async def test_max_tokens_end_an_answer_early(server: SimulatorServer) -> None:
    chunks = events((await post(server, f"sim/{SHORT}-len-50", max_tokens=3)).text)

    assert chunks[-2]["choices"][0]["finish_reason"] == "length"
    assert chunks[-1]["usage"]["completion_tokens"] == 3


@pytest.mark.parametrize(
    "said",
    [
        "",
        "e\u0301 👩‍💻 \u202edrow\u202c\u0000\n",
        "x" * 200_000,
        "half \ud800 a pair",
        "`` ` \t\n\n",
    ],
)
async def test_an_echo_gives_weird_text_back(server: SimulatorServer, said: str) -> None:
    answer = await post(server, "sim/echo-burst-ttft-0", [{"role": "user", "content": said}])

    assert text_of(answer.text) == said


async def test_cut_bytes_make_the_same_text(server: SimulatorServer) -> None:
    cut = await post(server, f"sim/{SHORT}-split-len-60")
    whole = await post(server, f"sim/{SHORT}-style-emoji-len-60")

    assert text_of(cut.text) == text_of(whole.text)


async def test_cut_bytes_really_arrive_apart(server: SimulatorServer) -> None:
    reader, writer = await raw_post(server, "sim/split-style-cjk-len-2-ttft-0-rate-20")
    await reader.readuntil(b"\r\n\r\n")
    await reader.readuntil(b"dat\r\n")
    await reader.readuntil(b"\r\n")  # the size of the next HTTP chunk
    torn = await reader.readuntil(b"\r\n")
    writer.close()

    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        torn.removesuffix(b"\r\n").decode()


async def test_an_answer_without_streaming_is_one_object(server: SimulatorServer) -> None:
    answer = await post(server, f"sim/{SHORT}-len-20-think-3", stream=False)
    message = answer.json()["choices"][0]["message"]

    assert answer.json()["object"] == "chat.completion"
    assert message["content"] == "".join(write("mixed", 1, 20))
    assert answer.json()["usage"]["completion_tokens"] == 23


async def test_tokens_keep_to_their_moments_however_many(server: SimulatorServer) -> None:
    model = "sim/ttft-100-rate-500-len-300"
    await post(server, model)
    record = await ended_record(server, model)
    late_s = [
        at_s - (record["requested_s"] + 0.1 + n / 500) for n, at_s in enumerate(record["token_s"])
    ]

    assert len(late_s) == 300
    assert min(late_s) >= 0
    # Lateness does not add up; a busy machine may hold up any of them, but not every one.
    assert min(late_s[-50:]) < 0.02
    assert record["finished"]


def test_jitter_strays_from_the_rate_as_the_seed_says() -> None:
    def gaps(model: str) -> list[float]:
        asked = Asked(model, True, None, 1, "x", "")
        pieces = list(plan_exchange(read_scenario(model), asked, "gen-1", 0).pieces)
        return [b.at_s - a.at_s for a, b in pairwise(pieces[:-1])]

    even, strayed = gaps("sim/rate-100-len-50"), gaps("sim/rate-100-len-50-jitter-50-seed-2")

    assert all(gap == pytest.approx(0.01) for gap in even)
    assert strayed == gaps("sim/rate-100-len-50-jitter-50-seed-2")
    assert max(strayed) - min(strayed) > 0.005
    assert 0.005 <= min(strayed) <= max(strayed) <= 0.015001


async def test_a_burst_is_over_at_once(server: SimulatorServer) -> None:
    started = time.monotonic()
    answer = await post(server, "sim/burst-len-2000-ttft-0-style-prose")

    assert text_of(answer.text) == "".join(write("prose", 1, 2000))
    assert time.monotonic() - started < 2.0


@pytest.mark.parametrize("model", ["sim/stall-0-ttft-0", "sim/silent", "sim/slow-headers-60000"])
async def test_the_end_of_the_client_is_noticed_in_silence(
    server: SimulatorServer, model: str
) -> None:
    delays_s: list[float] = []
    for _ in range(TRIES):
        _, writer = await raw_post(server, model)
        await wait_for_open(server, 1)
        left_s = time.monotonic()
        writer.transport.abort()
        record = await ended_record(server, model)
        delays_s.append(record["client_closed_s"] - left_s)
        assert not record["finished"]
        if delays_s[-1] < NOTICED_S:
            break

    assert min(delays_s) < NOTICED_S


async def test_a_cancelled_sdk_stream_is_noticed_while_tokens_flow(server: SimulatorServer) -> None:
    model = "sim/rate-200-len-5000-seed-3"
    delays_s: list[float] = []
    for _ in range(TRIES):
        stream = await open_stream(server, model)
        first = await anext(aiter(stream))
        left_s = time.monotonic()
        await stream.close()
        record = await ended_record(server, model)
        delays_s.append(record["client_closed_s"] - left_s)
        assert record["id"] == first.id
        assert record["tokens"] < 5000
        if delays_s[-1] < NOTICED_S:
            break

    assert min(delays_s) < NOTICED_S


async def test_closing_the_server_cuts_its_answers() -> None:
    server = SimulatorServer()
    server.start()
    reader, writer = await raw_post(server, "sim/silent")
    await reader.readuntil(b"PROCESSING")

    await asyncio.to_thread(server.close)
    server.close()

    assert b"\r\n0\r\n" not in await reader.read()
    writer.close()
    with pytest.raises(RuntimeError):
        _ = server.origin
