"""The SDK is imported by who needs it, and by nobody while the first page is drawn."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest
from raw_upstream import request_for, text_in
from simulator_calls import KEY

from chat.messages import Secret
from chat.providers.upstream import Upstream
from chat.routing import Endpoint, Routes
from chat.simulator import PICKER_MODELS, SimulatorServer

MODEL = "sim/burst-ttft-0-len-20"
LONG_S = 3600.0
HEAVY = ("openai", "numpy", "pandas", "pyarrow", "altair")


@pytest.fixture
async def simulator() -> AsyncIterator[Endpoint]:
    server = SimulatorServer(any_key=True)
    server.start()
    yield Endpoint(server.base_url, Secret(KEY), is_loopback=True)
    server.close()


def upstream_to(endpoint: Endpoint, patience_s: float) -> Upstream:
    def anywhere(_named: object = None) -> Endpoint:
        return endpoint

    return Upstream(Routes(anywhere, anywhere, anywhere), 10, 10, time.monotonic, patience_s)


async def answer(upstream: Upstream) -> str:
    return text_in([event async for event in upstream.stream(request_for(MODEL), None)])


async def test_an_answer_waits_for_no_page(simulator: Endpoint) -> None:
    upstream = upstream_to(simulator, patience_s=LONG_S)

    first, second = await answer(upstream), await answer(upstream)
    await upstream.close()

    assert len(first) > 20
    assert second == first


async def test_what_is_in_no_hurry_waits_until_an_answer_has_had_it_imported(
    simulator: Endpoint,
) -> None:
    upstream = upstream_to(simulator, patience_s=LONG_S)
    listed = asyncio.create_task(upstream.list_models(simulator))
    await asyncio.sleep(0)

    assert not listed.done()
    await answer(upstream)
    assert PICKER_MODELS[0][0] in await listed
    await upstream.close()


async def test_what_is_in_no_hurry_goes_ahead_once_the_first_page_had_its_time(
    simulator: Endpoint,
) -> None:
    upstream = upstream_to(simulator, patience_s=0.0)

    models = await upstream.models_of(simulator, is_public=True)
    info = await upstream.describe(Secret("sk-or-v1-any"))
    await upstream.close()

    assert b'"data"' in models
    assert info.label


async def test_a_stop_while_the_sdk_is_imported_is_a_stop(simulator: Endpoint) -> None:
    upstream = upstream_to(simulator, patience_s=LONG_S)
    asked = asyncio.create_task(answer(upstream))
    await asyncio.sleep(0)

    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await answer(upstream)
    await upstream.close()


def test_what_the_first_page_waits_for_imports_nothing_heavy() -> None:
    code = (
        "import sys, streamlit_app, chat.ui.wiring, chat.ui.conversation_view, chat.ui.composer\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    found = subprocess.run(  # noqa: S603 - fixed words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert found.splitlines()[-1] == "[]"
