"""A client that takes nothing in, on a real connection: it is cut off, and holds nothing."""

import asyncio
import socket
import weakref
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn import Config, Server

from chat.api import live_stream
from chat.api.live_stream import LiveStream

PATIENCE_S = 10.0
PIECE = b"x" * 30_000
PIECES = 1000


class Held:
    """What a stream keeps alive while it waits."""


async def pieces(_held: Held) -> AsyncIterator[bytes]:
    for _ in range(PIECES):
        yield PIECE


async def serve(app: Starlette, listener: socket.socket) -> tuple[Server, "asyncio.Task[None]"]:
    server = Server(Config(app, log_config=None, lifespan="off"))
    return server, asyncio.create_task(server.serve([listener]))


async def test_a_client_that_takes_nothing_in_is_cut_off_and_holds_no_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live_stream, "STALLED_S", 0.2)
    let_go = asyncio.Event()

    async def answer(_request: Request) -> Response:
        one = Held()
        weakref.finalize(one, let_go.set)
        return LiveStream(pieces(one))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server, serving = await serve(Starlette(routes=[Route("/", answer)]), listener)
        reader, writer = await asyncio.open_connection(*listener.getsockname(), limit=1000)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(PATIENCE_S):
            await let_go.wait()
            got = await reader.read(-1)
        writer.close()
        server.should_exit = True
        await serving

    assert "A client took in nothing" in caplog.text
    assert len(PIECE) < len(got) < PIECES * len(PIECE)
    assert not got.endswith(b"0\r\n\r\n")  # a whole stream ends so
