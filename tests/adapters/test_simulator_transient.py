"""Faults of the simulator that pass: after some tries, after a pause, or once asked to go on."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from simulator_calls import ended_record, events, fetch, post, raw_post, text_of

from chat.simulator import SimulatorServer, full_text

SHORT = "ttft-0-rate-1000"


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


def prompt(text: str, begun: str = "") -> list[dict[str, Any]]:
    """A question, and what was answered so far."""
    answered = [{"role": "assistant", "content": begun}] if begun else []
    return [{"role": "user", "content": text}, *answered]


async def statuses(server: SimulatorServer, model: str, text: str, tries: int) -> list[int]:
    return [(await post(server, model, prompt(text))).status_code for _ in range(tries)]


async def test_the_first_requests_of_a_prompt_fail_and_then_it_is_answered(
    server: SimulatorServer,
) -> None:
    model = f"sim/fails-2-503-{SHORT}-len-5"

    assert await statuses(server, model, "one", 6) == [503, 503, 200, 503, 503, 200]
    assert await statuses(server, model, "another", 3) == [503, 503, 200]


async def test_a_rate_limit_that_passes_still_says_how_long_to_wait(
    server: SimulatorServer,
) -> None:
    model = f"sim/fails-1-429-after-2-{SHORT}-len-5"
    limited, answered = (
        await post(server, model, prompt("x")),
        await post(server, model, prompt("x")),
    )

    assert (limited.status_code, limited.headers["retry-after"]) == (429, "2")
    assert text_of(answered.text) == full_text(model, "x")


async def drop(server: SimulatorServer, model: str, begun: str = "") -> str:
    """The text of an answer that may break off."""
    reader, writer = await raw_post(server, model, prompt("x", begun))
    body = (await reader.read()).decode()
    writer.close()
    lines = [line for line in body.splitlines() if line.startswith("data: {")]
    return text_of("\n".join(lines))


async def test_a_dropped_answer_goes_on_from_the_very_character_and_drops_again(
    server: SimulatorServer,
) -> None:
    model = f"sim/drops-2-at-20-{SHORT}-len-70"
    said: list[str] = []
    for _ in range(3):
        said.append(await drop(server, model, "".join(said)))

    assert "".join(said) == full_text(model, "x")
    assert all(said)
    assert len(said[2]) > len(said[0])


@pytest.mark.parametrize("cut", [1, 7, 30])
async def test_the_next_drop_has_its_place_wherever_the_text_was_cut(
    server: SimulatorServer, cut: int
) -> None:
    model = f"sim/drops-2-at-20-{SHORT}-len-70"
    whole = full_text(model, "x")
    first = await drop(server, model)

    second = await drop(server, model, first[:-cut])

    assert whole.startswith(first[:-cut] + second)
    assert len(first) - cut < len(first[:-cut] + second) < len(whole)


@pytest.mark.parametrize("how", ["repeats", "restarts"])
async def test_a_model_may_say_again_what_it_has_said(server: SimulatorServer, how: str) -> None:
    model = f"sim/drops-1-at-30-resume-{how}-{SHORT}-len-60"
    first = await drop(server, model)
    answer = await post(server, model, prompt("x", first))
    again, whole = text_of(answer.text), full_text(model, "x")
    record = (await fetch(server, "/sim/generations/" + answer.headers["x-generation-id"])).json()

    assert whole.endswith(again)
    assert len(again) > len(whole) - len(first)
    assert whole[record["from_chars"] :][: record["text_chars"]] == again


async def test_a_model_may_refuse_to_go_on(server: SimulatorServer) -> None:
    model = f"sim/drops-1-at-30-resume-refuses-{SHORT}-len-60"
    first = await drop(server, model)
    answer = await post(server, model, prompt("x", first))

    assert answer.status_code == 400
    assert "must end with a user message" in answer.text


async def test_what_was_sent_is_on_record_for_a_broken_answer(server: SimulatorServer) -> None:
    model = f"sim/drop-at-12-{SHORT}-len-60-seed-31"
    text = await drop(server, model)
    record = await ended_record(server, model)

    assert (record["from_chars"], record["text_chars"]) == (0, len(text))


async def test_a_reset_is_no_end(server: SimulatorServer) -> None:
    reader, writer = await raw_post(server, f"sim/reset-at-3-{SHORT}")

    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_half_an_event_is_the_end(server: SimulatorServer) -> None:
    answer = await post(server, f"sim/half-event-at-2-{SHORT}")

    assert answer.text.endswith('"content":"')


async def test_a_pause_has_keep_alives_and_then_an_end(server: SimulatorServer) -> None:
    model = f"sim/pause-1100-at-2-{SHORT}-len-4"
    answer = await post(server, model)
    record = await ended_record(server, model)

    assert text_of(answer.text) == full_text(model, "")
    assert answer.text.count(": OPENROUTER PROCESSING") == 1
    assert record["token_s"][2] - record["token_s"][1] > 1


async def test_keep_alives_may_stand_between_all_events(server: SimulatorServer) -> None:
    answer = await post(server, f"sim/comments-{SHORT}-len-6")

    assert answer.text.count(": OPENROUTER PROCESSING\n\ndata: ") == 6
    assert text_of(answer.text) == full_text(f"sim/comments-{SHORT}-len-6", "")


async def test_after_the_last_token_there_may_be_nothing_but_keep_alives(
    server: SimulatorServer,
) -> None:
    reader, writer = await raw_post(server, f"sim/mute-at-2-{SHORT}")
    async with asyncio.timeout(5):
        await reader.readuntil(b": OPENROUTER PROCESSING")
    writer.close()

    record = await ended_record(server, f"sim/mute-at-2-{SHORT}")
    assert (record["tokens"], record["finished"]) == (2, False)


async def test_the_recorded_error_chunk_counts_what_was_sent(server: SimulatorServer) -> None:
    last = events((await post(server, f"sim/error-usage-at-3-{SHORT}")).text)[-1]

    assert last["choices"][0]["finish_reason"] is None
    assert last["usage"]["completion_tokens"] == 3
