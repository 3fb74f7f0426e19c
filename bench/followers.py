"""Followers: many clients follow one answer of one process, one of them at a kilobyte a second.

Each must get every byte. What they cost is the server's memory and processor time.
"""

import argparse
import asyncio
import json
import resource
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.processes import free_port, run_app, wait_healthy
from bench.report import Figure, Report, Table
from bench.start import STREAMLIT_RUN
from bench.usage import cpu_s, memory_bytes
from chat.simulator.prose import write

FOLLOWERS = 1000
TOKENS = 1000
RATE_TOK_S = 100
SLOW_BYTES_S = 1000
TOKEN = "a-token-of-the-bench"  # noqa: S105 - of this one server
CHAT = "followed"
PATIENCE_S = 240.0
_AT_ONCE = 50
_SPARE_FILES = 200


@dataclass(frozen=True, slots=True)
class Follower:
    """What one client got.

    Attributes:
        body: The stream, its chunks put together.
        after_s: How long after its first byte the last one came.
    """

    body: bytes
    after_s: float


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
    settings = {"API_TOKEN": TOKEN, "SIMULATOR": "on", "LOCAL_MODELS": "off"}
    command = [word.replace("PORT", str(port)) for word in STREAMLIT_RUN]
    with run_app(command, settings) as process:
        wait_healthy(process, port)
        address = f"http://127.0.0.1:{port}"
        return asyncio.run(_followed(address, process.pid, options))


async def _followed(address: str, pid: int, options: argparse.Namespace) -> Report:
    for chat in ("warming up", "alone"):
        cpu_before_s = cpu_s(pid) or 0.0
        await _ask(address, chat, options.tokens)
    alone_s = (cpu_s(pid) or 0.0) - cpu_before_s
    before_bytes = memory_bytes(pid) or 0
    asking = asyncio.create_task(_ask(address, CHAT, options.tokens))
    await asyncio.sleep(0.5)
    began_s, cpu_began_s = time.monotonic(), cpu_s(pid) or 0.0
    slow = asyncio.create_task(_follow(address, SLOW_BYTES_S))
    gate = asyncio.Semaphore(_AT_ONCE)
    following = [
        asyncio.create_task(_follow(address, None, gate)) for _ in range(options.followers - 1)
    ]
    most_bytes = await _most_memory(pid, asyncio.gather(asking, *following))
    took_s, used_s = time.monotonic() - began_s, (cpu_s(pid) or 0.0) - cpu_began_s
    asked = asking.result()
    got = [task.result() for task in following]
    got.append(await slow)
    _check(asked, got, options.tokens)
    total = sum(len(one.body) for one in got)
    rows = (
        ("followers, each with every byte", f"{len(got):,}"),
        ("bytes to each", f"{len(asked.body):,}"),
        ("bytes to all", f"{total:,}"),
        ("from the first to the last follower's end", f"{took_s:.1f} s"),
        ("server's processor time meanwhile", f"{used_s:.1f} s"),
        ("the same answer with one reader", f"{alone_s:.1f} s"),
        ("processor time for one follower's event", _per_event(used_s - alone_s, asked, got)),
        ("server's memory before", f"{before_bytes / 1e6:.0f} MB"),
        ("server's memory at most", f"{most_bytes / 1e6:.0f} MB"),
        ("memory for one follower", f"{(most_bytes - before_bytes) / len(got) / 1e3:.0f} kB"),
        (f"slow follower ({SLOW_BYTES_S:,} B/s) done after", f"{got[-1].after_s:.0f} s"),
    )
    ends = tuple(one.after_s for one in got[:-1])
    return Report(
        "Followers of one answer of one process",
        (Figure("a follower's first byte → its last", ends, "s"),),
        f"One answer of {options.tokens:,} tokens at {RATE_TOK_S} a second.",
        (Table("What it took", ("", "measured"), rows),),
    )


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


async def _most_memory(pid: int, work: "asyncio.Future[list[Follower]]") -> int:
    """The most memory that the server had until the work was done, in bytes."""
    most = 0
    async with asyncio.timeout(PATIENCE_S):
        while not work.done():
            most = max(most, memory_bytes(pid) or 0)
            await asyncio.wait({work}, timeout=0.1)
    await work
    return most


async def _ask(address: str, chat: str, tokens: int) -> Follower:
    message = {"role": "user", "parts": [{"type": "text", "text": "Hi"}]}
    model = f"sim/rate-{RATE_TOK_S}-ttft-500-len-{tokens}"
    body = json.dumps({"id": chat, "message": message, "model": model, "maxTokens": tokens})
    head = f"POST /api/chat HTTP/1.1\r\nContent-Length: {len(body)}\r\n"
    return await _get(address, head, body)


async def _follow(
    address: str, slow_bytes_s: int | None, gate: asyncio.Semaphore | None = None
) -> Follower:
    head = f"GET /api/chat/{CHAT}/stream HTTP/1.1\r\n"
    return await _get(address, head, "", slow_bytes_s, gate)


async def _get(
    address: str,
    head: str,
    body: str,
    slow_bytes_s: int | None = None,
    gate: asyncio.Semaphore | None = None,
) -> Follower:
    """Sends a request and reads the stream to its end, at its own pace."""
    place = urlsplit(address)
    connection = socket.socket()
    connection.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    if slow_bytes_s is not None:
        # Else the kernel would take everything in, and nothing would be slow.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    async with gate or asyncio.Semaphore():
        where = (place.hostname, place.port)
        await asyncio.get_running_loop().sock_connect(connection, where)
        reader, writer = await asyncio.open_connection(sock=connection, limit=4096)
        common = f"Host: {place.netloc}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n"
        writer.write(f"{head}{common}\r\n{body}".encode())
        status = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in status:
        raise RuntimeError(f"a follower was answered {status[:40]!r}")
    began_s, pieces = time.monotonic(), bytearray()
    while piece := await reader.read(65536 if slow_bytes_s is None else slow_bytes_s // 10):
        pieces += piece
        if slow_bytes_s is not None:
            await asyncio.sleep(0.1)
    writer.close()
    return Follower(_unchunked(bytes(pieces)), time.monotonic() - began_s)


def _unchunked(body: bytes) -> bytes:
    """The body without HTTP's chunk sizes."""
    whole, place = bytearray(), 0
    while True:
        end = body.index(b"\r\n", place)
        size = int(body[place:end], 16)
        if size == 0:
            return bytes(whole)
        whole += body[end + 2 : end + 2 + size]
        place = end + 2 + size + 2
