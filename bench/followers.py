"""Followers: many clients follow one answer of one process, and each must get every byte.

What they cost is the server's memory and processor time. Slow ones are in `slow_followers`.
"""

import argparse
import asyncio
import json
import resource
import time

from bench.processes import free_port, run_app, wait_healthy
from bench.report import Figure, Report, Table
from bench.slow_followers import SETTINGS, most_memory, slow_followers
from bench.start import STREAMLIT_RUN
from bench.stream_client import TOKEN, Follower, ask, follow
from bench.usage import cpu_s, memory_bytes
from chat.simulator.prose import write

FOLLOWERS = 1000
TOKENS = 1000
RATE_TOK_S = 100
CHAT = "followed"
PATIENCE_S = 240.0
_AT_ONCE = 50
_SPARE_FILES = 200


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many there are."""
    parser.add_argument("--followers", type=int, default=FOLLOWERS, help="clients (%(default)s)")
    parser.add_argument("--tokens", type=int, default=TOKENS, help="of the answer (%(default)s)")


def measure(options: argparse.Namespace) -> Report:
    """Starts the app, lets one answer be followed, and compares what each follower got.

    Raises:
        RuntimeError: one of them missed or repeated a byte.
    """
    needed = options.followers + _SPARE_FILES
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(needed, 1024), most), most))
    port = free_port()
    settings = {"API_TOKEN": TOKEN, "SIMULATOR": "on", "LOCAL_MODELS": "off", **SETTINGS}
    command = [word.replace("PORT", str(port)) for word in STREAMLIT_RUN]
    with run_app(command, settings) as process:
        wait_healthy(process, port)
        address = f"http://127.0.0.1:{port}"
        return asyncio.run(_measured(address, process.pid, options))


async def _measured(address: str, pid: int, options: argparse.Namespace) -> Report:
    many, got = await _followed(address, pid, options)
    return Report(
        "Followers of one answer of one process",
        (Figure("a follower's first byte → its last", tuple(one.after_s for one in got), "s"),),
        f"One answer of {options.tokens:,} tokens at {RATE_TOK_S} a second; then a long one.",
        (many, await slow_followers(address, pid)),
    )


async def _followed(
    address: str, pid: int, options: argparse.Namespace
) -> tuple[Table, list[Follower]]:
    for chat in ("warming up", "alone"):
        cpu_before_s = cpu_s(pid) or 0.0
        await _ask(address, chat, options.tokens)
    alone_s = (cpu_s(pid) or 0.0) - cpu_before_s
    before_bytes = memory_bytes(pid) or 0
    asking = asyncio.create_task(_ask(address, CHAT, options.tokens))
    await asyncio.sleep(0.5)
    began_s, cpu_began_s = time.monotonic(), cpu_s(pid) or 0.0
    gate = asyncio.Semaphore(_AT_ONCE)
    following = (_follow(address, gate) for _ in range(options.followers))
    work = asyncio.gather(asking, *following)
    async with asyncio.timeout(PATIENCE_S):
        most_bytes = await most_memory(pid, work)
    took_s, used_s = time.monotonic() - began_s, (cpu_s(pid) or 0.0) - cpu_began_s
    asked, *got = work.result()
    _check(asked, got, options.tokens)
    rows = (
        ("followers, each with every byte", f"{len(got):,}"),
        ("bytes to each", f"{len(asked.body):,}"),
        ("bytes to all", f"{sum(len(one.body) for one in got):,}"),
        ("from the first to the last follower's end", f"{took_s:.1f} s"),
        ("server's processor time meanwhile", f"{used_s:.1f} s"),
        ("the same answer with one reader", f"{alone_s:.1f} s"),
        ("processor time for one follower's event", _per_event(used_s - alone_s, asked, got)),
        ("server's memory before", f"{before_bytes / 1e6:.0f} MB"),
        ("server's memory at most", f"{most_bytes / 1e6:.0f} MB"),
        ("memory for one follower", f"{(most_bytes - before_bytes) / len(got) / 1e3:.0f} kB"),
    )
    return Table("What it took", ("", "measured"), rows), got


async def _ask(address: str, chat: str, tokens: int) -> Follower:
    model = f"sim/rate-{RATE_TOK_S}-ttft-500-len-{tokens}"
    stream = await ask(address, chat, "Hi", model, tokens)
    got = await stream.read()
    stream.close()
    return got


async def _follow(address: str, gate: asyncio.Semaphore) -> Follower:
    async with gate:
        stream = await follow(address, CHAT)
    got = await stream.read()
    stream.close()
    return got


def _check(asked: Follower, got: list[Follower], tokens: int) -> None:
    said = "".join(part["delta"] for part in _parts(asked.body) if part.get("type") == "text-delta")
    if said != "".join(write("mixed", 1, tokens)):
        raise RuntimeError("whoever asked did not get the whole answer")
    wrong = sum(_parts(one.body) != _parts(asked.body) for one in got)
    if wrong:
        raise RuntimeError(f"{wrong} of {len(got)} followers missed or repeated something")


def _parts(body: bytes) -> list[dict[str, str]]:
    lines = body.decode().split("\n\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def _per_event(used_s: float, asked: Follower, got: list[Follower]) -> str:
    return f"{used_s / len(got) / len(_parts(asked.body)) * 1e6:.0f} µs"
