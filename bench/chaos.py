"""Chaos: many answers at a time, with random faults, through the real engine and store.

The upstream is the simulator in a process of its own. What each answer amounts to is compared with
what the simulator meant to say and with what it says that it sent.
"""

import argparse
import asyncio
import io
import logging
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bench.chaos_models import random_model
from bench.chaos_report import Left, Told, report_of, told_of
from bench.processes import KEY, simulator, wait_until
from bench.report import Report
from chat.deadlines import Deadlines
from chat.engine import Engine
from chat.events import Opened
from chat.live import LiveReply
from chat.messages import Secret
from chat.providers.openai_wire import OpenAIWire
from chat.recorder import Recorder
from chat.retry import Policy
from chat.routing import Endpoint
from chat.simulator.asked import full_text
from chat.stores.sql import SqlStore
from chat.turn import Ask, Turns

OWNER = "chaos"
STOPPED_SHARE = 0.1
STOPPED_WITHIN_S = 0.8
END_S = 120.0
POLICY = Policy(tries=3, total_s=5.0, reconnects=3, base_s=0.05, cap_s=0.4)
DEADLINES = Deadlines(first_event_s=3.0, first_token_s=3.0, gap_s=2.0, total_s=30.0)
"""Short, so that what never comes is given up soon; the rules are those of the app."""


@dataclass(frozen=True, slots=True)
class Played:
    """An answer that has ended.

    Attributes:
        sent_chars: How far in its text the upstream got, by its own account.
    """

    live: LiveReply
    sent_chars: int


def add_options(parser: argparse.ArgumentParser) -> None:
    """How much chaos."""
    parser.add_argument("--answers", type=int, default=2000, help="in all (%(default)s)")
    parser.add_argument("--at-once", type=int, default=50, help="at a time (%(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="of the faults (%(default)s)")


def measure(options: argparse.Namespace) -> Report:
    """Plays the answers and looks at what they left."""
    threads_before = set(threading.enumerate())
    with (
        simulator() as origin,
        tempfile.TemporaryDirectory() as folder,
        written_logs() as logs,
    ):
        world = _World.made(origin, Path(folder))
        began_s = time.monotonic()
        played = world.play(options.answers, options.at_once, options.seed)
        took_s = time.monotonic() - began_s
        told = world.told(played)
        connections, tasks = world.open_connections(), world.tasks()
        world.close()
        texts = [logs.getvalue().encode(), *(p.read_bytes() for p in Path(folder).iterdir())]
        texts += [one.failure.encode() for one in told]
        left = Left(
            connections,
            tasks,
            len(set(threading.enumerate()) - threads_before),
            sum(text.count(KEY.encode()) for text in texts),
        )
    return report_of(told, left, took_s)


@dataclass(frozen=True, slots=True)
class _World:
    """The app without its pages."""

    origin: str
    engine: Engine
    recorder: Recorder
    store: SqlStore
    turns: Turns
    client: httpx2.Client

    @classmethod
    def made(cls, origin: str, folder: Path) -> "_World":
        endpoint = Endpoint(f"{origin}/api/v1", Secret(KEY), is_loopback=True)
        provider = OpenAIWire(lambda _model, _key: endpoint)
        store = SqlStore.open(f"sqlite:///{folder / 'chaos.db'}")
        recorders: list[Recorder] = []

        def wake() -> None:
            recorders[0].wake()

        engine = Engine(on_change=wake, on_close=provider.close)
        recorders.append(Recorder(store, on_saved=engine.forget))
        turns = Turns(engine, recorders[0], provider, time.monotonic, 100_000, POLICY, DEADLINES)
        return cls(origin, engine, recorders[0], store, turns, httpx2.Client())

    def play(self, answers: int, at_once: int, seed: int) -> list[Played]:
        """Has the answers made, each until its end."""
        chances = random.Random(seed)  # noqa: S311 - faults, not secrets
        plans = [
            (random_model(chances, number), _stop_after_s(chances)) for number in range(answers)
        ]
        with ThreadPoolExecutor(at_once) as workers:
            return list(workers.map(lambda plan: self._one(*plan), plans))

    def _one(self, model: str, stop_after_s: float | None) -> Played:
        ask = Ask(model=model, max_tokens=50_000, key=Secret(KEY))
        live = self.turns.begin(OWNER, None, f"Tell me of {model}", ask)
        if stop_after_s is not None and not live.wait_end(stop_after_s):
            self.engine.stop(live.id, OWNER)
        if not live.wait_end(END_S):
            raise TimeoutError(f"an answer of {model} did not end")
        return Played(live, self._sent_chars(live))

    def told(self, played: Sequence[Played]) -> list[Told]:
        """What the store has of the answers in the end, compared with what was meant."""
        wait_until(lambda: not self.engine.known(OWNER), END_S, "all answers in the store", 0.1)
        return [self._told(one) for one in played]

    def _told(self, played: Played) -> Told:
        live = played.live
        tree = self.store.load_tree(OWNER, live.conversation_id)
        records = tree.replies if tree is not None else ()
        if len(records) != 1:
            raise RuntimeError(f"{len(records)} replies are stored of one answer of {live.model}")
        return told_of(records[0], full_text(live.model, ""), played.sent_chars)

    def _sent_chars(self, live: LiveReply) -> int:
        """How far the simulator got in its text, over all requests that it answered."""
        opened = [entry.event for entry in live.read() if isinstance(entry.event, Opened)]
        ends = [0]
        for generation in {event.generation_id for event in opened} - {None}:
            # Without its record nobody could say that nothing is lost.
            answer = self.client.get(f"{self.origin}/sim/generations/{generation}")
            sent = answer.raise_for_status().json()
            if sent["from_chars"] is not None:
                ends.append(sent["from_chars"] + sent["text_chars"])
        return max(ends)

    def open_connections(self) -> int:
        """Answers that the upstream is still giving, a moment after the last of ours ended."""

        def count() -> int:
            return int(self.client.get(f"{self.origin}/sim/open").json())

        try:
            wait_until(lambda: count() == 0, 5, "the upstream's connections to close")
        except TimeoutError:
            return count()
        return 0

    def tasks(self) -> int:
        """Tasks of the engine's loop that are still there, but for the one that counts them."""

        async def count() -> int:
            return len(asyncio.all_tasks()) - 1

        return self.engine.call(count(), 5)

    def close(self) -> None:
        self.engine.close()
        self.recorder.close()
        self.store.close()
        self.client.close()


def _stop_after_s(chances: random.Random) -> float | None:
    stops = chances.random() < STOPPED_SHARE
    after_s = chances.random() * STOPPED_WITHIN_S
    return after_s if stops else None


@contextmanager
def written_logs() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, at every level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
