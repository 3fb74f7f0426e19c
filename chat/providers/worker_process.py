"""The worker from its parent's side: started when it is needed, asked for answers, ended."""

import asyncio
import itertools
import logging
import pickle
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

from chat.departure import tell_leaving
from chat.errors import BROKE_OFF, ConnectionLost
from chat.events import Event, RequestLeft
from chat.messages import ChatRequest
from chat.providers.worker_words import READY, Begin, Cancel, Command, Ended, Said
from chat.routing import Endpoint

_ROOT = Path(__file__).resolve().parents[2]
_log = logging.getLogger(__name__)

GRACE_S = 0.5
AGAIN_S = 60.0
"""After a start that came to nothing the next is tried so much later."""
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
        self._answers: dict[int, asyncio.Queue[Event | Ended | None]] = {}
        self._numbers = itertools.count()
        self._not_before_s = 0.0
        self._is_closing = False
        self.is_ready = False

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Begins to start it, unless that is so already, or has just failed; returns at once."""
        if self._task is None and time.monotonic() >= self._not_before_s and not self._is_closing:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """As `OpenAIWire.stream_from`.

        Raises:
            ConnectionLost: the worker has ended; another try is read elsewhere.
            ProviderError: as there.
        """
        number, said = next(self._numbers), asyncio.Queue[Event | Ended | None]()
        self._answers[number] = said
        try:
            self._tell(Begin(number, endpoint, request))
            while True:
                match await said.get():
                    case None:
                        raise _gone(endpoint)
                    case RequestLeft():
                        tell_leaving()
                    case Ended(error, fault):
                        if fault:
                            _log.error("An answer failed for a reason of ours: %s", fault)
                        if error is not None:
                            raise error
                        return
                    case event:
                        yield event
        finally:
            del self._answers[number]
            self._tell(Cancel(number))

    async def close(self) -> None:
        """Ends it for good."""
        self._is_closing = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2 * GRACE_S)

    def _tell(self, command: Command) -> None:
        stdin = self._process.stdin if self._process is not None else None
        if self.is_ready and stdin is not None and not stdin.is_closing():
            # uvloop refuses to write to a pipe that it has just found closed.
            with suppress(RuntimeError, OSError):
                stdin.write(pickle.dumps(command, pickle.HIGHEST_PROTOCOL))
                return
        if isinstance(command, Begin):
            raise _gone(command.endpoint)

    async def _run(self) -> None:
        was_ready, process, began_s = False, None, time.monotonic()
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "chat.providers.worker", *self._words),
                cwd=_ROOT,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
            )
            await self._hear(process)
        except asyncio.IncompleteReadError:
            pass
        except asyncio.CancelledError:
            self._is_closing = True
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, there is no worker
            _log.error("The process that reads answers: %s", type(error).__name__)
        finally:
            was_ready, self.is_ready = self.is_ready, False
            for answer in self._answers.values():
                answer.put_nowait(None)
            try:
                if process is not None:
                    await _end(process)
            finally:
                self._process = self._task = None
                self._mind(was_ready=was_ready, lived_s=time.monotonic() - began_s)

    def _mind(self, *, was_ready: bool, lived_s: float) -> None:
        """Sees to what comes after one that has ended unasked."""
        if self._is_closing:
            return
        _log.warning("The process that reads answers has ended.")
        if not was_ready:
            self._not_before_s = time.monotonic() + AGAIN_S
        elif lived_s > AGAIN_S:
            # It has proved itself; the answers that it read come again at once. One that ends
            # young waits for the next answer that needs it.
            self.start()

    async def _hear(self, process: Process) -> None:
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


async def _end(process: Process) -> None:
    """Closes its input, which ends it; kills it if not."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(GRACE_S):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()


def _gone(endpoint: Endpoint) -> ConnectionLost:
    lost = ConnectionLost(GONE, error_type=BROKE_OFF)
    lost.failure = replace(
        lost.failure, endpoint=endpoint.prefix.rstrip("/"), is_lent_key=endpoint.key.is_lent
    )
    return lost
