"""What an answer costs on the wire, counted between server and page. No browser, no clock decides.

More frames than one every 50 ms are never sent, so a quick machine does not send more.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bench.processes import KEY, app, free_port, simulator
from bench.stream import SCENARIOS
from bench.visitor import Arrived, Visitor, answer_trail
from bench.wire import Wire, counted
from chat.simulator.grammar import read_scenario
from chat.simulator.prose import write

QUIET_S = 0.5
WARM_UP = "bench/sim-rate-1000-ttft-0-len-60"
SLOW = f"bench/sim-{SCENARIOS['50x500']}"
MOST_TIMES = 8
"""What a short answer at a slow pace may cost, in terms of its own bytes: compressed, headers and
both runs of the page's script included."""


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    """Between pages and an app whose model answers as it is asked."""
    with simulator() as origin:
        settings = {
            "OPENROUTER_BASE_URL": f"{origin}/api/v1",
            "OPENROUTER_API_KEY": KEY,
            "DEFAULT_MODEL": "bench/sim-as-asked",
            "LOCAL_MODELS": "off",
        }
        port = free_port()
        with app(settings, port), counted(port) as wire:
            yield wire


@dataclass(frozen=True, slots=True)
class Slow:
    """A short answer at a slow pace, in a page that has shown one before.

    Attributes:
        came: What the page was sent from the question on.
        wire_bytes: What of it went over the wire.
        window_bits: How far back the page's compression looks.
    """

    came: list[Arrived]
    wire_bytes: int
    window_bits: int | None


@pytest.fixture(scope="module")
def slow(wire: Wire) -> Slow:
    return asyncio.run(_visit(wire))


async def _ask(visitor: Visitor, text: str) -> int:
    since = await visitor.ask(text)
    await visitor.wait_finished(since)
    await visitor.wait_quiet(QUIET_S)
    return since


async def _visit(wire: Wire) -> Slow:
    visitor = await Visitor.enter(f"http://localhost:{wire.port}/")
    await _ask(visitor, WARM_UP)
    before = wire.received_bytes
    since = await _ask(visitor, SLOW)
    await visitor.leave()
    return Slow(visitor.arrived[since:], wire.received_bytes - before, visitor.window_bits)


def test_a_short_slow_answer_costs_a_few_times_its_own_bytes(slow: Slow) -> None:
    asked = read_scenario(SLOW)
    text = "".join(write(asked.style, asked.seed, asked.length_tokens or 0))
    _, letters = answer_trail(slow.came)
    assert len(letters) > 1_000
    assert slow.wire_bytes <= MOST_TIMES * len(text.encode())
    assert slow.window_bits == 15
