"""A process that reads answers from upstreams, so that one interpreter need not do it all.

Started by `worker_process` as `python -m chat.providers.worker`. What to read comes in on the
standard input, what upstreams say goes out on the standard output, both pickled. It ends with its
parent: that is the end of its input, however the parent ended.
"""

import asyncio
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import aclosing
from queue import SimpleQueue
from typing import BinaryIO, cast

from chat.departure import hear_leaving
from chat.errors import InternalFault, ProviderError
from chat.event_loop import new_loop
from chat.events import RequestLeft
from chat.providers.openai_wire import OpenAIWire
from chat.providers.worker_words import READY, Begin, Cancel, Command, Ended, Said
from chat.routing import Endpoint

SAY_EVERY_S = 0.004
"""What is said within it goes out together: the parent is woken once for many deltas."""


class Worker:
    """Reads what it is told to, all at once.

    Args:
        timeouts_s: Longest silence and longest wait for a connection, in seconds.
        say: Takes what is said; on this loop, and must not block.
    """

    def __init__(self, timeouts_s: tuple[float, float], say: Callable[[Said], None]) -> None:
        self._wire = OpenAIWire(_nowhere, *timeouts_s)
        self._say = say
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def obey(self, command: Command) -> None:
        """Begins or ends to read an answer; on the loop."""
        match command:
            case Begin(number):
                task = asyncio.get_running_loop().create_task(self._read(command))
                self._tasks[number] = task
                task.add_done_callback(lambda _: self._tasks.pop(number, None))
            case Cancel(number) if number in self._tasks:
                self._tasks[number].cancel()

    async def warm(self) -> None:
        """Makes what the first answer would wait for."""
        await self._wire.warm()

    async def _read(self, begin: Begin) -> None:
        number = begin.number
        hear_leaving(lambda: self._say((number, RequestLeft())))
        events = self._wire.stream_from(begin.endpoint, begin.request)
        try:
            async with aclosing(events):
                async for event in events:
                    self._say((number, event))
        except ProviderError as error:
            self._say((number, Ended(error)))
        except Exception as error:  # noqa: BLE001 - the parent must hear of an end, whatever it was
            self._say((number, Ended(InternalFault(), type(error).__name__)))
        else:
            self._say((number, Ended()))


def _nowhere(_model: str, _key: object) -> Endpoint:
    raise InternalFault


def _write(said: "SimpleQueue[Said]", out: BinaryIO) -> None:
    """Sends what is said; in a thread, since a parent that is busy lets a pipe fill up."""
    try:
        while True:
            batch = [said.get()]
            time.sleep(SAY_EVERY_S)
            while not said.empty():
                batch.append(said.get())
            data = pickle.dumps(batch, pickle.HIGHEST_PROTOCOL)
            out.write(len(data).to_bytes(4, "big") + data)
            out.flush()
    finally:
        # A worker that cannot say anything any more is of no use; the parent sees its end.
        os._exit(1)


async def _work(timeouts_s: tuple[float, float], out: BinaryIO) -> None:
    said: SimpleQueue[Said] = SimpleQueue()
    threading.Thread(target=_write, args=(said, out), daemon=True).start()
    worker, loop = Worker(timeouts_s, said.put), asyncio.get_running_loop()
    await worker.warm()

    def listen() -> None:
        try:
            while True:
                # Only the parent writes here, and it is this same program.
                command = pickle.load(sys.stdin.buffer)  # noqa: S301
                loop.call_soon_threadsafe(worker.obey, cast("Command", command))
        except EOFError:
            os._exit(0)
        finally:
            # Nor is one that hears nothing.
            os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    said.put(READY)
    await asyncio.Event().wait()


def main() -> None:
    """Reads answers until the parent is gone."""
    # Ctrl+C in a terminal, and what a service manager sends to the whole group, is for the parent,
    # which ends this one in its own time.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # A library that prints must not print between what is said.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        timeouts_s = (float(sys.argv[1]), float(sys.argv[2]))
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_work(timeouts_s, out))


if __name__ == "__main__":
    main()
