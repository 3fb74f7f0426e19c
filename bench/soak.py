"""A day of answers in a few minutes: is the memory at the end what it was after the first thousand?

The app's own wiring in this process: engine, provider over a socket to the simulator, recorder, a
SQLite file, and for each answer a reader that follows it to its end. No browser and no page.
"""

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.processes import wait_until
from bench.report import Figure, Report, Table
from bench.usage import memory_bytes
from chat.events import Logged, TextDelta
from chat.pacing import Frames
from chat.reply import ReplyFold
from chat.turn import Ask
from chat.ui.wiring import Services, services

ANSWERS = 20_000
STEP = 1_000
AT_ONCE = 4
TURNS_EACH = 4
"""Turns of a conversation, each of a visitor of its own."""
TARGET = 1.1
ASK = Ask("sim/burst-ttft-0-len-40", max_tokens=1000)
_SAVED_S = 30.0
_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Look:
    """After so many answers."""

    answers: int
    memory_mb: float
    took_s: float


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many answers."""
    parser.add_argument("--answers", type=int, default=ANSWERS, help="in all (%(default)s)")
    parser.add_argument("--step", type=int, default=STEP, help="between looks (%(default)s)")


def measure(options: argparse.Namespace) -> Report:
    """Answers, and looks at the memory after each step."""
    looks: list[Look] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{folder}/soak.db",
            "LOCAL_MODELS": "off",
            "SIMULATOR": "on",
        }
        held = services()
        try:
            for done in range(options.step, options.answers + 1, options.step):
                began_s = time.monotonic()
                _answer(held, options.step, f"visitor-{done}")
                gc.collect()
                used = memory_bytes(os.getpid()) or 0
                looks.append(Look(done, used / 1e6, time.monotonic() - began_s))
        finally:
            held.close()
    return _report(looks)


def _answer(held: Services, answers: int, owner: str) -> None:
    with ThreadPoolExecutor(AT_ONCE) as readers:
        conversations = range(answers // TURNS_EACH)
        list(readers.map(lambda number: _converse(held, f"{owner}-{number}"), conversations))


def _converse(held: Services, owner: str) -> None:
    """One conversation, read to the end of each answer, until all of it is saved."""
    turns, place = held.kept.turns, None
    for _ in range(TURNS_EACH):
        live = turns.begin(owner, place, "Say something.", ASK)
        place = live.conversation_id
        fold, frames, position = ReplyFold(), Frames(), 0
        while fold.outcome is None:
            entries = live.wait(position, _WAIT_S)
            position += len(entries)
            fold.feed(entries)
            frames.feed(_text_of(entries), time.monotonic())
            frames.take(time.monotonic())
        frames.finish()
        if fold.outcome != "completed":
            raise RuntimeError(f"an answer ended as {fold.outcome}: {fold.failure}")
        wait_until(lambda: not held.engine.known(owner), _SAVED_S, "the answer in the store")


def _text_of(entries: Sequence[Logged]) -> str:
    return "".join(entry.event.text for entry in entries if isinstance(entry.event, TextDelta))


def _report(looks: list[Look]) -> Report:
    first, last = looks[0], looks[-1]
    ratio = last.memory_mb / first.memory_mb
    verdict = "met" if ratio <= TARGET else "missed"
    rows = [(f"{o.answers:,}", f"{o.memory_mb:.1f} MB", f"{o.took_s:.1f} s") for o in looks]
    return Report(
        "Soak: memory of the process, answer by answer",
        (Figure("memory", tuple(look.memory_mb for look in looks), "MB"),),
        f"At the end {ratio:.3f} of the memory after {first.answers:,} answers; "
        f"target {TARGET}: {verdict}.",
        (Table("Curve", ("answers", "memory", "these took"), tuple(rows)),),
    )
