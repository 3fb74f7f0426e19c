"""An upstream of plain bytes for what no simulator says, and ways to ask one through the wire."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from chat.errors import Failure, ProviderError
from chat.events import Event, TextDelta
from chat.messages import ChatRequest, Message, Secret
from chat.providers.openai_wire import OpenAIWire
from chat.routing import Endpoint

KEY = Secret("sk-or-v1-" + "a1" * 32)
STREAM = "Content-Type: text/event-stream"
DONE = b"data: [DONE]\n\n"
FINISH: dict[str, Any] = {"choices": [{"delta": {"content": ""}, "finish_reason": "stop"}]}


@dataclass(slots=True)
class Upstream:
    """What the server answers next, and what it was asked.

    Attributes:
        answer: All bytes of the answer, status line included.
        is_left_open: The connection stays open after the answer until the client goes.
        heads: The head of each request, lines and all.
        bodies: The JSON of each request.
    """

    port: int = 0
    answer: bytes = b""
    is_left_open: bool = False
    heads: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    @property
    def headers(self) -> dict[str, str]:
        """The last request's headers, names in small letters."""
        lines = (line.partition(": ") for line in self.heads[-1].splitlines()[1:] if line)
        return {name.lower(): value for name, _, value in lines}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
        length = int(self.headers.get("content-length", 0))
        if length:
            self.bodies.append(json.loads(await reader.readexactly(length)))
        writer.write(self.answer)
        await writer.drain()
        if self.is_left_open:
            await reader.read()
        writer.close()


@asynccontextmanager
async def upstream(answer: bytes = b"", *, is_left_open: bool = False) -> AsyncIterator[Upstream]:
    """A server on a free port of this machine."""
    held = Upstream(answer=answer, is_left_open=is_left_open)
    server = await asyncio.start_server(held.serve, "127.0.0.1", 0)
    held.port = server.sockets[0].getsockname()[1]
    try:
        yield held
    finally:
        server.close()


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An answer that ends where the connection does."""
    head = "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *headers])
    return f"{head}\r\n\r\n".encode() + body


def sse(*chunks: Any) -> bytes:
    """A stream of JSON chunks; everything outside ASCII is escaped, halves of pairs too."""
    return http(
        b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks), STREAM
    )


def says(text: str, field_name: str = "content") -> dict[str, Any]:
    """A chunk with one delta."""
    return {"id": "gen-1", "model": "m", "choices": [{"index": 0, "delta": {field_name: text}}]}


def refusal(status: str, error: Mapping[str, Any], *headers: str) -> bytes:
    """An HTTP error with a JSON body."""
    body = json.dumps({"error": error}).encode()
    return http(body, "Content-Type: application/json", *headers, status=status)


def wire_to(
    base_url: str,
    key: Secret = KEY,
    headers: Mapping[str, str] | None = None,
    read_timeout_s: float = 10,
    connect_timeout_s: float = 10,
) -> OpenAIWire:
    """The provider under test, with one endpoint for every model."""
    endpoint = Endpoint(base_url, key, headers or {}, is_loopback=True)
    return OpenAIWire(lambda _model, _key: endpoint, read_timeout_s, connect_timeout_s)


def request_for(model: str = "m", text: str = "hello there", max_tokens: int = 5000) -> ChatRequest:
    return ChatRequest(model, (Message("user", text),), max_tokens)


async def ask(wire: OpenAIWire, request: ChatRequest) -> tuple[list[Event], Failure | None]:
    """All events of an answer, and how it failed if it did; the wire is closed then."""
    events: list[Event] = []
    try:
        async for event in wire.stream(request, None):
            events.append(event)
    except ProviderError as error:
        return events, error.failure
    finally:
        await wire.close()
    return events, None


async def ask_bytes(answer: bytes) -> tuple[list[Event], Failure | None]:
    """What the provider makes of these bytes."""
    async with upstream(answer) as server:
        return await ask(wire_to(server.base_url), request_for())


def text_in(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
