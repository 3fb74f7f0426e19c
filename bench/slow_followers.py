"""Slow followers: clients that read a kilobyte a second, or nothing, of an answer of megabytes.

So many that no kernel takes the answer in for them: they must cost the others nothing, and the
server a bounded amount of memory, which it has back once they are cut off.
"""

import asyncio
import time
from dataclasses import dataclass

from bench.report import Table
from bench.stream_client import Follower, Stream, ask, follow
from bench.usage import cpu_s, memory_bytes
from chat.api.live_stream import STALLED_S

FAST = 20
SLOW = 50
STALLED = 50
SLOW_BYTES_S = 1000
WORDS = 4000
WORD_CHARS = 2000
RATE_TOK_S = 400
MODEL = f"sim/echo-ttft-500-rate-{RATE_TOK_S}"
SETTINGS = {
    "MAX_MESSAGE_CHARS": "10000000",
    "API_MAX_BODY_BYTES": "20000000",
}
_MARGIN_S = 10.0
_BEGUN_S = 1.0


@dataclass(frozen=True, slots=True)
class _Run:
    """One answer and its followers.

    Attributes:
        asked: What the asker got.
        fast: What the fast followers got.
        took_s: Until the last of the fast ones was done.
        used_s: The server's processor time meanwhile.
        most_bytes: The server's memory at most.
    """

    asked: Follower
    fast: list[Follower]
    took_s: float
    used_s: float
    most_bytes: int


async def slow_followers(address: str, pid: int) -> Table:
    """Lets a long answer be followed without and with slow clients beside, and compares.

    Raises:
        RuntimeError: a fast client missed or repeated something, a slow one got anything else, or
            one that reads nothing was not cut off.
    """
    await _run(address, pid, "long, warming up", [])
    alone = await _run(address, pid, "long, alone", [])
    slow: list[Stream] = []
    reading: list[asyncio.Task[Follower]] = []
    began_s = time.monotonic()
    beside = await _run(address, pid, "long, beside", slow, reading)
    stalled_at_most_s = began_s + _BEGUN_S + beside.took_s + STALLED_S + _MARGIN_S
    got = await asyncio.gather(*reading)
    await asyncio.sleep(max(0.0, stalled_at_most_s - time.monotonic()))
    after_bytes = memory_bytes(pid) or 0
    for stream in slow[SLOW:]:
        stream.hurry()
    cut = await asyncio.gather(*(stream.read() for stream in slow[SLOW:]))
    for stream in slow:
        stream.close()
    _check(beside, [*got, *cut], cut)
    grown = beside.most_bytes - alone.most_bytes
    size = len(alone.asked.body)
    rows = (
        ("bytes of the answer", f"{size:,}", f"{len(beside.asked.body):,}"),
        ("fast followers, each with every byte", f"{len(alone.fast)}", f"{len(beside.fast)}"),
        ("until the last of them was done", f"{alone.took_s:.1f} s", f"{beside.took_s:.1f} s"),
        ("server's processor time", f"{alone.used_s:.1f} s", f"{beside.used_s:.1f} s"),
        ("server's memory at most", _mb(alone.most_bytes), _mb(beside.most_bytes)),
        ("for each slow follower", "", f"{grown / len(slow) / 1e3:.0f} kB"),
        ("once they were cut off", "", _mb(after_bytes)),
        (f"got at {SLOW_BYTES_S:,} B/s", "", _range(got)),
        ("got by who read nothing until cut off", "", _range(cut)),
    )
    columns = (
        "",
        "alone",
        f"beside {SLOW} at {SLOW_BYTES_S:,} B/s and {STALLED} that read nothing",
    )
    return Table("A long answer, slow followers beside the fast ones", columns, rows)


async def _run(
    address: str,
    pid: int,
    chat: str,
    slow: list[Stream],
    reading: "list[asyncio.Task[Follower]] | None" = None,
) -> _Run:
    """Lets one answer be asked for and followed; with slow clients where there is `reading`."""
    # The simulator cuts words, but not the space after one.
    text = "".join(f"{n:x}".ljust(WORD_CHARS) for n in range(WORDS))
    asked = await ask(address, chat, text, MODEL, WORDS)
    asking = asyncio.create_task(asked.read())
    await asyncio.sleep(_BEGUN_S)
    began_s, cpu_began_s = time.monotonic(), cpu_s(pid) or 0.0
    if reading is not None:
        slow += [await follow(address, chat, is_slow=True) for _ in range(SLOW + STALLED)]
        for_s = WORDS / RATE_TOK_S + STALLED_S
        reading += [asyncio.create_task(stream.read(SLOW_BYTES_S, for_s)) for stream in slow[:SLOW]]
    fast = [await follow(address, chat) for _ in range(FAST)]
    work = asyncio.gather(asking, *(stream.read() for stream in fast))
    most_bytes = await most_memory(pid, work)
    took_s, used_s = time.monotonic() - began_s, (cpu_s(pid) or 0.0) - cpu_began_s
    whole, *got = work.result()
    for stream in (asked, *fast):
        stream.close()
    return _Run(whole, got, took_s, used_s, most_bytes)


async def most_memory(pid: int, work: "asyncio.Future[list[Follower]]") -> int:
    """The most memory that the server had until the work was done, in bytes."""
    most = 0
    while not work.done():
        most = max(most, memory_bytes(pid) or 0)
        await asyncio.wait({work}, timeout=0.1)
    await work
    return most


def _check(run: _Run, got: list[Follower], cut: list[Follower]) -> None:
    whole = run.asked.body
    if not run.asked.is_whole or any(one.body != whole for one in run.fast):
        raise RuntimeError("a fast follower missed or repeated something")
    if not all(whole.startswith(one.body) for one in got):
        raise RuntimeError("a slow follower got something else")
    if any(one.is_whole for one in cut):
        raise RuntimeError("a follower that read nothing was not cut off")


def _range(got: list[Follower]) -> str:
    sizes = sorted(len(one.body) for one in got)
    return f"{sizes[0] / 1e3:,.0f} to {sizes[-1] / 1e3:,.0f} kB"


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.0f} MB"
