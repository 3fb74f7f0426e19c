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
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bench.chaos_models import random_model
from bench.processes import KEY, simulator, wait_until
from bench.report import Report, Table
from chat.conversations import ReplyRecord
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
EXCUSED = ("-reset-at-", "-bad-json-at-", "-bad-utf8-at-")
"""Faults after which what was sent cannot be had, where they come at every try: a reset has the
kernel throw away what it had received, and after half an event it is not known what is missing."""
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


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one answer.

    Attributes:
        wrong_chars: Characters that are not those the upstream meant to say in their place:
            repeated, out of order, or made up.
        lost_chars: Characters that the upstream sent and the answer does not have.
    """

    model: str
    outcome: str
    failure: str
    wrong_chars: int
    lost_chars: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left when all answers have ended."""

    connections: int
    tasks: int
    threads: int
    keys: int


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
            answer = self.client.get(f"{self.origin}/sim/generations/{generation}")
            sent = answer.json() if answer.is_success else {"from_chars": None}
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


def told_of(record: ReplyRecord, meant: str, sent_chars: int) -> Told:
    """Compares an answer with what was meant and sent.

    Args:
        record: The answer as it is stored.
        meant: The whole text that the upstream would have said.
        sent_chars: How far it got in it.
    """
    text = record.text
    common = next(
        (n for n, (a, b) in enumerate(zip(text, meant, strict=False)) if a != b),
        min(len(text), len(meant)),
    )
    is_whole = record.outcome in {"completed", "truncated", "filtered"}
    expected = len(meant) if is_whole else sent_chars
    # What was on its way when the visitor stopped it was not wanted any more.
    is_excused = record.outcome == "stopped" or (
        not is_whole and any(fault in record.model for fault in EXCUSED)
    )
    lost = 0 if is_excused else max(0, expected - common)
    failure = record.failure
    return Told(
        record.model,
        record.outcome or "",
        f"{failure.kind} {failure.detail}" if failure is not None else "",
        len(text) - common,
        lost,
    )


def report_of(told: list[Told], left: Left, took_s: float) -> Report:
    """The outcomes, and what must be nought."""
    outcomes = Counter(one.outcome for one in told)
    kinds = Counter(one.failure.partition(" ")[0] for one in told if one.failure)
    bad = [one for one in told if one.wrong_chars or one.lost_chars]
    must = (
        ("characters repeated or out of place", sum(one.wrong_chars for one in told)),
        ("characters lost", sum(one.lost_chars for one in told)),
        ("upstream connections left open", left.connections),
        ("tasks left", left.tasks),
        ("threads left", left.threads),
        ("keys in logs, database, failures", left.keys),
    )
    return Report(
        f"Chaos: {len(told)} answers in {took_s:.0f} s",
        note="\n".join(f"{one.model}: {one}" for one in bad[:10]),
        tables=(
            Table("By outcome", ("outcome", "answers"), _rows(outcomes)),
            Table("By failure", ("failure", "answers"), _rows(kinds)),
            Table("Must be 0", ("", "found"), tuple((name, str(n)) for name, n in must)),
        ),
        data=[{"outcomes": outcomes, "failures": kinds, "must_be_0": dict(must)}],
    )


def _rows(counts: Counter[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((name, str(count)) for name, count in counts.most_common())


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
