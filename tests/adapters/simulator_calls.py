"""Ways to call a running simulator: raw bytes, chunks through the SDK, records by HTTP."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx2
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk

from chat.simulator import SimulatorServer

KEY = "sk-or-v1-" + "a1" * 32
HELLO = ({"role": "user", "content": "hello there"},)
Messages = Sequence[dict[str, Any]]


async def post(
    server: SimulatorServer, model: str, messages: Messages = HELLO, **more: Any
) -> httpx2.Response:
    """The whole answer, as it came."""
    body = json.dumps({"model": model, "messages": list(messages), "stream": True, **more})
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    url = f"{server.base_url}/chat/completions"
    async with httpx2.AsyncClient(timeout=10) as client:
        return await client.post(url, content=body.encode(), headers=headers)


async def fetch(server: SimulatorServer, path: str, key: str | None = KEY) -> httpx2.Response:
    """A GET below the server's origin."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(timeout=10) as client:
        return await client.get(server.origin + path, headers=headers)


def events(body: str) -> list[Any]:
    """The JSON of each event, comments and `[DONE]` left out."""
    lines = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def text_of(body: str) -> str:
    """All content deltas."""
    chunks = [chunk for chunk in events(body) if chunk.get("choices")]
    return "".join(chunk["choices"][0]["delta"]["content"] or "" for chunk in chunks)


async def open_stream(server: SimulatorServer, model: str) -> AsyncStream[ChatCompletionChunk]:
    """A stream of the openai SDK."""
    client = AsyncOpenAI(base_url=server.base_url, api_key=KEY, max_retries=0, timeout=10)
    return await client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "hello there"}], stream=True
    )


async def raw_post(
    server: SimulatorServer, model: str, messages: Messages = HELLO
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A socket on which the request was sent and nothing was read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.origin.split(":")[-1]))
    body = json.dumps({"model": model, "messages": list(messages), "stream": True}).encode()
    head = (
        "POST /api/v1/chat/completions HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n"
        f"Authorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


async def wait_for_open(server: SimulatorServer, answers: int) -> None:
    """Returns once that many answers are going on."""
    async with asyncio.timeout(2):
        while (await fetch(server, "/sim/open")).json() != answers:
            pass


async def ended_record(server: SimulatorServer, model: str, within_s: float = 2.0) -> Any:
    """The newest record of that model, once its answer is over."""
    async with asyncio.timeout(within_s):
        while True:
            rows = (await fetch(server, "/sim/generations")).json()
            row = next(row for row in rows if row["model"] == model)
            if not row["open"]:
                return (await fetch(server, f"/sim/generations/{row['id']}")).json()
