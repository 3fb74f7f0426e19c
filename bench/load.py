"""Load: many sessions on one server, each streaming; a token's emission → its WebSocket frame.

Sessions are raw WebSockets in this process; the simulator and the app have one each.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.painted import delays, percentile
from bench.processes import KEY, free_port, run_app, simulator, wait_healthy
from bench.report import Figure, Report, Table
from bench.start import STREAMLIT_RUN
from bench.upstream import Upstream
from bench.usage import context_switches, cpu_s, memory_bytes, threads
from bench.visitor import Visitor, answer_trail
from chat.simulator.grammar import read_scenario
from chat.simulator.prose import write

TARGET_MS = 250
RATE_TOK_S = 20
LENGTH_S = 30
SPREAD_S = 5.0
"""Over this time the sessions begin, so that their frames do not come in step."""
AT_ONCE = 5
"""Pages that are opened at the same time: opening is not what is measured."""
IDLE_LOOK_S = 10.0


@dataclass(frozen=True, slots=True)
class Use:
    """What the app's process used over a while.

    Attributes:
        cores: Processor time for each second.
        wakeups_s: How often in a second one of its threads slept and was woken.
    """

    name: str
    cores: float
    memory_mb: float
    threads: int
    wakeups_s: float


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many sessions."""
    parser.add_argument("--sessions", type=int, default=100, help="that stream (%(default)s)")
    parser.add_argument("--idle", type=int, default=0, help="that only have the page open")
    parser.add_argument("--seconds", type=int, default=LENGTH_S, help="of streaming (%(default)s)")


def measure(options: argparse.Namespace) -> Report:
    """Opens the pages, then streams in all of them at once."""
    with simulator() as origin:
        upstream = Upstream(origin)
        port = free_port()
        settings = {
            **upstream.settings,
            "OPENROUTER_API_KEY": KEY,
            "DEFAULT_MODEL": "bench/sim-as-asked",
            "DEFAULT_MAX_TOKENS": "50000",
            "LOCAL_MODELS": "off",
            "MAX_ANSWERS": str(options.sessions),
        }
        command = [word.replace("PORT", str(port)) for word in STREAMLIT_RUN]
        with run_app(command, settings) as process:
            wait_healthy(process, port)
            address = f"http://localhost:{port}/"
            return asyncio.run(_Load(options, upstream, address, process.pid).run())


@dataclass(frozen=True, slots=True)
class _Load:
    options: argparse.Namespace
    upstream: Upstream
    address: str
    pid: int

    async def run(self) -> Report:
        uses = [await self._used("the app alone")]
        sessions: int = self.options.sessions
        visitors = await self._enter(sessions + self.options.idle)
        uses.append(await self._used(f"{len(visitors)} pages open"))
        own_before_s = time.process_time()
        streaming = asyncio.create_task(self._stream(visitors[:sessions]))
        await asyncio.sleep(SPREAD_S + 1)
        look_s = max(1.0, self.options.seconds - SPREAD_S - 2)
        uses.append(await self._used(f"{sessions} answers", look_s))
        await streaming
        own_cores = (time.process_time() - own_before_s) / (self.options.seconds + SPREAD_S)
        took = [self._delays(n, visitor) for n, visitor in enumerate(visitors[:sessions])]
        for visitor in visitors:
            await visitor.leave()
        return _report(sessions, took, uses, own_cores)

    async def _enter(self, count: int) -> list[Visitor]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def enter() -> Visitor:
            async with gate:
                return await Visitor.enter(self.address)

        return list(await asyncio.gather(*(enter() for _ in range(count))))

    async def _stream(self, visitors: Sequence[Visitor]) -> None:
        async def one(number: int, visitor: Visitor) -> None:
            await asyncio.sleep(number * SPREAD_S / len(visitors))
            since = await visitor.ask(self._model(number))
            await asyncio.sleep(self.options.seconds)
            await visitor.wait_finished(since)

        await asyncio.gather(*(one(n, visitor) for n, visitor in enumerate(visitors)))

    def _model(self, number: int) -> str:
        length = RATE_TOK_S * self.options.seconds
        return f"bench/sim-rate-{RATE_TOK_S}-len-{length}-seed-{number + 1}"

    def _delays(self, number: int, visitor: Visitor) -> tuple[float, ...]:
        """Of each token of a session's answer, in milliseconds; empty if it broke off."""
        scenario = read_scenario(self._model(number))
        tokens = write(scenario.style, scenario.seed, scenario.length_tokens or 0)
        trail, text = answer_trail(visitor.arrived)
        generation = self.upstream.find(scenario.model)
        sent = self.upstream.wait_end(generation) if generation is not None else None
        if sent is None or not trail:
            return ()
        found = delays(tokens, sent.token_at_ms, text, trail)
        return found.of_tokens if found.is_complete else ()

    async def _used(self, name: str, look_s: float = IDLE_LOOK_S) -> Use:
        cpu_before_s, woken = cpu_s(self.pid) or 0.0, context_switches(self.pid) or 0
        await asyncio.sleep(look_s)
        return Use(
            name,
            ((cpu_s(self.pid) or 0.0) - cpu_before_s) / look_s,
            (memory_bytes(self.pid) or 0) / 1e6,
            threads(self.pid) or 0,
            ((context_switches(self.pid) or 0) - woken) / look_s,
        )


def _report(
    sessions: int, took: Sequence[tuple[float, ...]], uses: Sequence[Use], own_cores: float
) -> Report:
    whole = [one for one in took if one]
    everything = [value for one in whole for value in one]
    if not everything:
        raise RuntimeError("no answer came whole")
    shares = [median(everything), *(percentile(everything, share) for share in (0.95, 0.99))]
    last = max(everything)
    rows = [
        (use.name, f"{use.cores:.2f}", f"{use.memory_mb:.0f} MB", f"{use.threads}", woken)
        for use in uses
        for woken in [f"{use.wakeups_s:,.0f}"]
    ]
    return Report(
        f"Load: {sessions} sessions at {RATE_TOK_S} tok/s, emission → WebSocket frame",
        (
            Figure("p95 of each session", tuple(percentile(o, 0.95) for o in whole)),
            Figure("worst of each session", tuple(max(one) for one in whole)),
        ),
        f"{len(whole)} of {sessions} answers whole. The sessions themselves took "
        f"{own_cores:.2f} of {os.cpu_count()} cores in a process of their own.",
        (
            Table(
                "All tokens",
                ("", "median", "p95", "p99", "worst", "target"),
                (
                    (
                        "emission → frame",
                        *(f"{s:.0f} ms" for s in (*shares, last)),
                        _verdict(shares),
                    ),
                ),
            ),
            Table(
                "The app's process", ("", "cores", "memory", "threads", "wake-ups/s"), tuple(rows)
            ),
        ),
    )


def _verdict(shares: Sequence[float]) -> str:
    return f"p95 ≤ {TARGET_MS} ms: {'met' if shares[1] <= TARGET_MS else 'missed'}"
