"""Counts what goes from a server to a browser, as it goes: compressed, with all headers.

A relay in a thread of its own between the two. It reads nothing of what it passes on.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK_BYTES = 65_536


class Wire:
    """A relay to one server.

    Attributes:
        port: Where the browser goes instead of the server.
        received_bytes: What the server sent so far.
    """

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.received_bytes = 0
        self._server_port = server_port

    async def listen(self) -> asyncio.Server:
        """Begins to take connections, on a free port."""
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("localhost", self._server_port)
        passing = {
            asyncio.ensure_future(self._pass(reader, ours, counts=False)),
            asyncio.ensure_future(self._pass(theirs, writer, counts=True)),
        }
        try:
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in passing:
                task.cancel()
            ours.close()
            writer.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK_BYTES):
                self.received_bytes += len(data) if counts else 0
                writer.write(data)
                await writer.drain()


@contextmanager
def counted(server_port: int) -> Iterator[Wire]:
    """A relay that runs while the block does."""
    wire = Wire(server_port)
    loop = asyncio.new_event_loop()
    listens = threading.Event()

    async def serve() -> None:
        async with await wire.listen():
            listens.set()
            await ended.wait()

    ended = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        listens.wait()
        yield wire
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
