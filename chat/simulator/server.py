"""Runs the simulator on a real socket, in a thread of this process.

uvicorn's HTTP protocol on a loop of our own rather than `uvicorn.Server`: that one waits for
stalled answers when it closes and speaks through the process-wide loggers, which belong to the
app's own server.
"""

import asyncio
import logging
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from chat.simulator.app import create_app
from chat.simulator.playback import ABORT

_SILENT = logging.getLogger("chat.simulator.connections")
_SILENT.setLevel(logging.CRITICAL)


class _QuietProtocol(H11Protocol):
    """uvicorn's protocol without its log: connections cut on purpose are no errors here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: handed on as it comes
        super().__init__(*args, **kwargs)
        self.logger = _SILENT
        self.access_log = False
        answer = self.app

        async def app(
            scope: Any, receive: Any, send: Any
        ) -> None:  # Any: ASGI, as uvicorn types it
            await answer({**scope, ABORT: self._reset}, receive, send)

        self.app = app

    def _reset(self) -> None:
        """Ends the connection with a RST, as a crashed server or a firewall does."""
        connected = self.transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


@dataclass(frozen=True, slots=True)
class _Running:
    thread: threading.Thread
    loop: asyncio.AbstractEventLoop
    port: int


class SimulatorServer:
    """A simulator on 127.0.0.1.

    Args:
        port: Port to listen on; 0 for any that is free.
        any_key: Take every key except the one that is always refused.
    """

    def __init__(self, port: int = 0, *, any_key: bool = False) -> None:
        self._port = port
        self._app = create_app(any_key=any_key)
        self._closing = asyncio.Event()
        self._running: _Running | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port; `/sim/…` is below it.

        Raises:
            RuntimeError: the server was not started, or is closed.
        """
        if self._running is None:
            raise RuntimeError("the simulator is not running")
        return f"http://127.0.0.1:{self._running.port}"

    @property
    def base_url(self) -> str:
        """What an OpenRouter client takes as its base URL."""
        return f"{self.origin}/api/v1"

    def start(self) -> str:
        """Listens, and gives the base URL; connections made from now on are answered.

        Raises:
            OSError: the port is taken.
        """
        listener = socket.create_server(("127.0.0.1", self._port), backlog=2048)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(
            target=self._run, args=(loop, listener), name="simulator", daemon=True
        )
        self._running = _Running(thread, loop, listener.getsockname()[1])
        thread.start()
        return self.base_url

    def close(self) -> None:
        """Cuts every connection and stops listening. May be called twice."""
        if self._running is None:
            return
        self._running.loop.call_soon_threadsafe(self._closing.set)
        self._running.thread.join()
        self._running = None

    def _run(self, loop: asyncio.AbstractEventLoop, listener: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> None:
        # Log settings of None leave the process-wide loggers as they are.
        config = Config(
            self._app,
            log_config=None,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            timeout_keep_alive=60,  # longer than clients keep idle connections, so no race at reuse
        )
        config.load()
        state = ServerState()
        server = await asyncio.get_running_loop().create_server(
            lambda: _QuietProtocol(config, state, {}), sock=listener, backlog=2048
        )
        await self._closing.wait()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        if state.tasks:
            await asyncio.wait(state.tasks)
