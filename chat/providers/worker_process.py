"""The worker from its parent's side: started when it is needed, asked for answers, ended."""

import asyncio
import itertools
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from typing import cast

from chat.departure import tell_leaving
from chat.errors import ConnectionLost
from chat.events import Event, RequestLeft
from chat.messages import ChatRequest
from chat.providers.worker_words import READY, Begin, Cancel, Command, Ended, Said
from chat.routing import Endpoint

_ROOT = Path(__file__).resolve().parents[2]
GRACE_S = 1.0
GONE = "The process that read the answer has ended."


class WorkerProcess:
    """A child of this process; everything on one loop.

    Args:
        timeouts_s: Longest silence and longest wait for a connection, in seconds.

    Attributes:
        is_ready: Whether it takes answers; it does a second after `start`, until it ends.
    """

    def __init__(self, timeouts_s: tuple[float, float]) -> None:
        self._words = [str(one) for one in timeouts_s]
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Queue[Event | Ended]] = {}
        self._numbers = itertools.count()
        self.is_ready = False

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Begins to start it, unless that is so already; returns at once."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """As `OpenAIWire.stream_from`.

        Raises:
            ConnectionLost: the worker has ended; another try is read elsewhere.
            ProviderError: as there.
        """
        number, said = next(self._numbers), asyncio.Queue[Event | Ended]()
        self._answers[number] = said
        try:
            self._tell(Begin(number, endpoint, request))
            while True:
                match await said.get():
                    case RequestLeft():
                        tell_leaving()
                    case Ended(error):
                        if error is not None:
                            raise error
                        return
                    case event:
                        yield event
        finally:
            del self._answers[number]
            self._tell(Cancel(number))

    async def close(self) -> None:
        """Ends it."""
        process, task = self._process, self._task
        if task is not None:
            task.cancel()
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            async with asyncio.timeout(GRACE_S):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()

    def _tell(self, command: Command) -> None:
        if self.is_ready and self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(pickle.dumps(command, pickle.HIGHEST_PROTOCOL))
        elif isinstance(command, Begin):
            raise ConnectionLost(GONE)

    async def _run(self) -> None:
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "chat.providers.worker", *self._words),
                cwd=_ROOT,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
            )
            assert process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
            while True:
                size = int.from_bytes(await process.stdout.readexactly(4), "big")
                # Only the worker writes here, and it is this same program.
                batch = pickle.loads(await process.stdout.readexactly(size))  # noqa: S301
                for number, said in cast("list[Said]", batch):
                    answer = self._answers.get(number)
                    if answer is not None:
                        answer.put_nowait(said)
                    elif number == READY[0]:
                        self.is_ready = True
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.is_ready, self._process, self._task = False, None, None
            for answer in self._answers.values():
                answer.put_nowait(Ended(ConnectionLost(GONE)))
