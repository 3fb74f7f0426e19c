"""The simulator's other routes: keys, models, generations, and what it remembers."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai import AsyncOpenAI, AuthenticationError
from simulator_calls import KEY, fetch, post, raw_post, wait_for_open

from chat.simulator import PICKER_MODELS, SimulatorServer
from chat.simulator.openrouter_models import ODD_MODELS
from chat.simulator.special_keys import REFUSED_KEY

ROOT = Path(__file__).parents[2]
SHORT = "sim/ttft-0-rate-1000-len-5"


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (None, "Missing Authentication header"),
        (REFUSED_KEY, "User not found."),
        ("sk-proj-1", "User not found."),
    ],
)
async def test_a_key_that_is_none_is_a_401(
    server: SimulatorServer, key: str | None, sentence: str
) -> None:
    answer = await fetch(server, "/api/v1/key", key)

    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == sentence


async def test_a_bad_key_is_refused_before_the_model_is_looked_at(server: SimulatorServer) -> None:
    client = AsyncOpenAI(base_url=server.base_url, api_key=REFUSED_KEY, max_retries=0)

    with pytest.raises(AuthenticationError, match="User not found"):
        await client.chat.completions.create(model="sim/500", messages=[])


async def test_any_key_may_be_taken_but_the_refused_one() -> None:
    server = SimulatorServer(any_key=True)
    server.start()
    try:
        assert (await fetch(server, "/api/v1/key", "anything")).status_code == 200
        assert (await fetch(server, "/api/v1/key", REFUSED_KEY)).status_code == 401
        assert (await fetch(server, "/api/v1/key", None)).status_code == 401
    finally:
        server.close()


async def test_a_good_key_is_described_but_not_shown(server: SimulatorServer) -> None:
    answer = await fetch(server, "/api/v1/key")

    assert answer.json()["data"]["limit_remaining"] == 9.5
    assert KEY not in answer.text


async def test_the_models_are_those_of_the_picker_and_some_odd_ones(
    server: SimulatorServer,
) -> None:
    body = (await fetch(server, "/api/v1/models?offset=0&limit=500", None)).json()

    own = [model for model, _ in PICKER_MODELS]
    assert [model["id"] for model in body["data"]][: len(own)] == own
    assert body["total_count"] == len(body["data"]) == len(own) + len(ODD_MODELS)
    assert body["links"] == {"next": None}
    assert float(body["data"][0]["pricing"]["completion"]) == 0.0000004


async def test_a_generation_is_known_by_its_header_once_it_is_over(server: SimulatorServer) -> None:
    answer = await post(server, SHORT)
    generation_id = answer.headers["x-generation-id"]
    data = (await fetch(server, f"/api/v1/generation?id={generation_id}")).json()["data"]

    assert (data["id"], data["model"]) == (generation_id, SHORT)
    assert (data["tokens_completion"], data["finish_reason"]) == (5, "stop")
    assert data["total_cost"] == pytest.approx(2 * 1e-7 + 5 * 4e-7)


async def test_an_unknown_generation_is_a_404(server: SimulatorServer) -> None:
    assert (await fetch(server, "/api/v1/generation?id=gen-0")).status_code == 404
    assert (await fetch(server, "/sim/generations/gen-0")).status_code == 404


async def test_an_open_answer_is_counted_while_it_lasts() -> None:
    server = SimulatorServer()
    server.start()
    reader, writer = await raw_post(server, "sim/silent")
    await reader.readuntil(b"PROCESSING")

    assert (await fetch(server, "/sim/open")).json() == 1
    (row,) = (await fetch(server, "/sim/generations")).json()
    assert (row["model"], row["open"]) == ("sim/silent", True)
    assert (await fetch(server, f"/api/v1/generation?id={row['id']}")).status_code == 404

    writer.close()
    await wait_for_open(server, 0)
    server.close()


async def test_a_refused_request_is_remembered_with_its_status(server: SimulatorServer) -> None:
    await post(server, "sim/503")
    newest = (await fetch(server, "/sim/generations")).json()[0]

    assert (newest["model"], newest["status"], newest["open"]) == ("sim/503", 503, False)


async def test_a_record_has_a_time_for_each_token(server: SimulatorServer) -> None:
    answer = await post(server, SHORT)
    path = f"/sim/generations/{answer.headers['x-generation-id']}"
    record = (await fetch(server, path)).json()

    assert len(record["token_s"]) == len(record["token_at_ms"]) == record["tokens"] == 5
    assert record["token_s"] == sorted(record["token_s"])
    assert record["bytes_sent"] == len(answer.content)
    assert record["client_closed_s"] is None


async def test_a_prompt_in_parts_is_read(server: SimulatorServer) -> None:
    parts = [{"type": "text", "text": "in "}, {"type": "text", "text": "parts"}]
    answer = await post(server, "sim/echo-ttft-0", [{"role": "user", "content": parts}])

    assert '"content":"parts"' in answer.text


async def test_the_command_prints_its_base_url_and_serves() -> None:
    command = (sys.executable, "-m", "chat.simulator", "--port", "0", "--any-key")
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT)
    assert process.stdout is not None
    base_url = (await process.stdout.readline()).decode().strip()
    try:
        client = AsyncOpenAI(base_url=base_url, api_key="any", max_retries=0)
        assert (await client.models.list()).data[0].id == PICKER_MODELS[0][0]
    finally:
        process.terminate()
        await process.wait()


def test_two_servers_run_side_by_side_and_stop_quickly() -> None:
    one, two = SimulatorServer(), SimulatorServer()

    assert one.start() != two.start()
    one.close()
    two.close()
