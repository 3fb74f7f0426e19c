"""Load: many sessions on one server, each streaming; a token's emission → its WebSocket frame.

Sessions are raw WebSockets in this process; the simulator and the app have one each. They begin one
after the other over a while, and each page is drawn where an answer begins and where it ends: what
words wait then is told besides.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Iterable, Sequence
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
LENGTH_S = 60
SPREAD_S = 30.0
SETTLED_S = 2.0
"""So long after the last has begun all are taken to stream."""
AT_ONCE = 5
"""Pages that are opened at the same time: opening is not what is measured."""
IDLE_LOOK_S = 10.0


Delays = tuple[tuple[float, float], ...]
"""Of each token of an answer: when it was emitted, in Unix milliseconds, and how long it took."""


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
    parser.add_argument(
        "--spread", type=float, default=SPREAD_S, help="seconds over which they begin (%(default)s)"
    )


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
        spread_s: float = self.options.spread
        await asyncio.sleep(spread_s + 1)
        look_s = max(1.0, self.options.seconds - spread_s - 2)
        uses.append(await self._used(f"{sessions} answers", look_s))
        await streaming
        own_cores = (time.process_time() - own_before_s) / (self.options.seconds + spread_s)
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
            await asyncio.sleep(number * self.options.spread / len(visitors))
            since = await visitor.ask(self._model(number))
            await asyncio.sleep(self.options.seconds)
            await visitor.wait_finished(since)

        await asyncio.gather(*(one(n, visitor) for n, visitor in enumerate(visitors)))

    def _model(self, number: int) -> str:
        length = RATE_TOK_S * self.options.seconds
        return f"bench/sim-rate-{RATE_TOK_S}-len-{length}-seed-{number + 1}"

    def _delays(self, number: int, visitor: Visitor) -> Delays:
        """Of each token of a session's answer; empty if it broke off."""
        scenario = read_scenario(self._model(number))
        tokens = write(scenario.style, scenario.seed, scenario.length_tokens or 0)
        trail, text = answer_trail(visitor.arrived)
        generation = self.upstream.find(scenario.model)
        sent = self.upstream.wait_end(generation) if generation is not None else None
        if sent is None or not trail:
            return ()
        found = delays(tokens, sent.token_at_ms, text, trail)
        each = tuple(zip(found.at_ms, found.of_tokens, strict=True))
        return each if found.is_complete else ()

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


def _report(sessions: int, took: Sequence[Delays], uses: Sequence[Use], own_cores: float) -> Report:
    whole = [one for one in took if one]
    if not whole:
        raise RuntimeError("no answer came whole")
    all_from_ms = max(one[0][0] for one in whole) + 1_000 * SETTLED_S
    all_to_ms = min(one[-1][0] for one in whole)
    everything = [delay for one in whole for delay in one]
    spans = {
        "all tokens": everything,
        "while they begin": [one for one in everything if one[0] < all_from_ms],
        "while all stream": [one for one in everything if all_from_ms <= one[0] < all_to_ms],
        "while they end": [one for one in everything if one[0] >= max(all_from_ms, all_to_ms)],
    }
    rows = [
        (use.name, f"{use.cores:.2f}", f"{use.memory_mb:.0f} MB", f"{use.threads}", woken)
        for use in uses
        for woken in [f"{use.wakeups_s:,.0f}"]
    ]
    return Report(
        f"Load: {sessions} sessions at {RATE_TOK_S} tok/s, emission → WebSocket frame",
        (
            Figure("p95 of each session", tuple(percentile(_ms(o), 0.95) for o in whole)),
            Figure("worst of each session", tuple(max(_ms(one)) for one in whole)),
        ),
        f"{len(whole)} of {sessions} answers whole. The sessions themselves took "
        f"{own_cores:.2f} of {os.cpu_count()} cores in a process of their own.",
        (
            Table(
                "Emission → frame",
                ("", "tokens", "median", "p95", "p99", "worst", "target"),
                tuple(_row(name, _ms(span)) for name, span in spans.items() if span),
            ),
            Table(
                "The app's process", ("", "cores", "memory", "threads", "wake-ups/s"), tuple(rows)
            ),
        ),
    )


def _ms(delays_of: Iterable[tuple[float, float]]) -> list[float]:
    return [delay_ms for _, delay_ms in delays_of]


def _row(name: str, took_ms: Sequence[float]) -> tuple[str, ...]:
    p95 = percentile(took_ms, 0.95)
    shares = (median(took_ms), p95, percentile(took_ms, 0.99), max(took_ms))
    verdict = f"p95 ≤ {TARGET_MS} ms: {'met' if p95 <= TARGET_MS else 'missed'}"
    return (name, f"{len(took_ms):,}", *(f"{share:.0f} ms" for share in shares), verdict)
