"""The WebSocket's compression over a real socket: its window, and what is not compressed."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.asyncio.client import connect

from chat.api.compression import MANY, SHORT_BYTES, compress_well

WORDS = "The fox jumps over the lazy dog. " * 20
LONG = WORDS * 5
NAME = "ServerPerMessageDeflateFactory"


@dataclass
class Served:
    """A server that says what it hears.

    Attributes:
        readers: How many answers are being sent to pages, as it is told.
    """

    port: int
    readers: int = 0


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


@pytest.fixture
def server() -> Iterator[Served]:
    with _factory_put_back(), socket.create_server(("127.0.0.1", 0)) as listening:
        served = Served(listening.getsockname()[1])
        compress_well(lambda: served.readers)
        app = Starlette(routes=[WebSocketRoute("/", _echo)])
        config = uvicorn.Config(app, log_level="critical", ws="websockets-sansio")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, args=([listening],))
        thread.start()
        yield served
        running.should_exit = True
        thread.join()


@contextmanager
def _factory_put_back() -> Iterator[None]:
    before = getattr(websockets_sansio_impl, NAME)
    yield
    setattr(websockets_sansio_impl, NAME, before)


async def wire_bytes(served: Served, words: list[str]) -> tuple[list[str], list[int]]:
    """What came back for each, and how many bytes that took on the socket."""
    taken: list[int] = []
    with closing(_Relay(served.port)) as relay:
        async with connect(f"ws://127.0.0.1:{relay.port}/") as client:
            said = []
            for one in words:
                before = relay.received
                await client.send(one)
                said.append(str(await client.recv()))
                taken.append(relay.received - before)
    return said, taken


class _Relay:
    """A port that hands on to another and counts what comes back; ended with its connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.received = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        near, _ = self._listening.accept()
        far = socket.create_connection(("127.0.0.1", self._port))
        threading.Thread(target=self._pump, args=(near, far, False), daemon=True).start()
        self._pump(far, near, counts=True)

    def _pump(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        while data := source.recv(65_536):
            if counts:
                self.received += len(data)
            sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._listening.close()


def test_a_message_that_came_before_costs_little_also_from_far_back(server: Served) -> None:
    far = [f"{number} {'x' * 50} " * 40 for number in range(8)]

    said, taken = asyncio.run(wire_bytes(server, [LONG, *far, LONG]))

    assert said == [LONG, *far, LONG]
    assert taken[0] < len(LONG) / 10
    assert taken[-1] < taken[0]


def test_short_messages_go_as_they_are_where_many_read_and_all_are_understood(
    server: Served,
) -> None:
    server.readers = MANY + 1
    said, taken = asyncio.run(wire_bytes(server, [WORDS, LONG, WORDS]))

    assert said == [WORDS, LONG, WORDS]
    assert len(WORDS) <= SHORT_BYTES < len(LONG)
    assert taken[0] > len(WORDS) <= taken[2]
    assert taken[1] < len(LONG) / 10


def test_they_are_compressed_where_few_read(server: Served) -> None:
    server.readers = MANY
    said, taken = asyncio.run(wire_bytes(server, [WORDS, WORDS]))

    assert said == [WORDS, WORDS]
    assert max(taken) < len(WORDS) / 5
