"""Where answers are produced: one asyncio loop in one thread, one task per answer.

No reader can end a producer; only `stop` and `close` do. Cancelling the task closes the upstream
connection at once, which a blocked synchronous read would not.
"""

import asyncio
import logging
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Sequence,
)
from concurrent.futures import CancelledError
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, cast

from chat.departure import hear_leaving
from chat.errors import InternalFault, ProviderError, ReplyInterrupted, ServerBusy
from chat.event_loop import new_loop
from chat.events import Event, Failed, RequestLeft, RequestSent, Stopped
from chat.live import LiveReply

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

CLOSE_TIMEOUT_S = 3.0

_HELD: ContextVar[list[tuple[LiveReply, Callable[[], None]]] | None] = ContextVar(
    "held", default=None
)
"""What this thread has started and not let begin yet; see `Engine.together`."""


class Engine:
    """The loop, its running tasks, and the registry of live replies.

    Args:
        on_change: Called on the loop's thread when an answer has begun or ended; must not block.
        on_end: Called likewise with the log of an answer that has ended.
        on_close: Awaited on the loop at the end, when no answer runs any more.
        max_answers: How many may run at once; None for any number.
    """

    def __init__(
        self,
        on_change: Callable[[], None] = lambda: None,
        on_end: Callable[[LiveReply], None] = lambda _live: None,
        on_close: Callable[[], Awaitable[None]] | None = None,
        max_answers: int | None = None,
    ) -> None:
        self._on_change = on_change
        self._on_end = on_end
        self._on_close = on_close
        self._max_answers = max_answers
        self._loop = new_loop()
        self._thread = threading.Thread(target=self._run, name="tickertape-engine", daemon=True)
        self._replies: dict[str, LiveReply] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asides: set[asyncio.Task[None]] = set()
        self._lock = threading.Lock()
        self._is_closing = False
        self._thread.start()

    def start(self, live: LiveReply, source: Callable[[], AsyncIterator[Event]]) -> None:
        """Begins to produce an answer; returns at once.

        Where as many run as may, it fails at once with `ServerBusy` instead: the others are not
        slowed down, and what was asked can be asked again.

        Args:
            live: The log to write; readers may follow it from now on.
            source: Makes the provider's stream; called on the loop.
        """
        held = _HELD.get()
        with self._lock:
            is_full = self._is_full()
            self._replies[live.id] = live
        begin = partial(self._refuse, live) if is_full else partial(self._begin, live, source)
        if held is not None:
            held.append((live, begin))
        else:
            self._begin_all([(live, begin)])

    @contextmanager
    def together(self) -> Iterator[None]:
        """Lets the answers that are started within begin at once, when it is left.

        So that none has a lead over the others, whatever is done between the starts.
        """
        held: list[tuple[LiveReply, Callable[[], None]]] = []
        token = _HELD.set(held)
        try:
            yield
        finally:
            _HELD.reset(token)
            self._begin_all(held)

    def find(self, reply_id: str, owner: str) -> LiveReply | None:
        """The live log of a reply, for its owner only."""
        live = self._replies.get(reply_id)
        return live if live is not None and live.owner == owner else None

    def known(self, owner: str) -> dict[str, LiveReply]:
        """The owner's live replies by id: those that run, and those ended but not yet saved."""
        with self._lock:
            replies = list(self._replies.values())
        return {live.id: live for live in replies if live.owner == owner}

    @property
    def running(self) -> int:
        """How many answers run now."""
        with self._lock:
            return sum(not live.is_closed for live in self._replies.values())

    @property
    def has_room(self) -> bool:
        """Whether one more answer may run now."""
        with self._lock:
            return not self._is_full()

    @property
    def is_closing(self) -> bool:
        """Whether it ends, and nothing is begun any more."""
        return self._is_closing

    def adopt(self, old_owner: str, new_owner: str) -> None:
        """Hands the live replies of one owner to another; they run on."""
        with self._lock:
            for live in self._replies.values():
                if live.owner == old_owner:
                    live.owner = new_owner

    def stop(self, reply_id: str, owner: str) -> bool:
        """Stops an answer and closes its upstream connection; what came is kept.

        Returns:
            False where the owner has no such answer, or it has ended already.
        """
        live = self.find(reply_id, owner)
        if live is None or live.is_closed:
            return False
        with self._lock:
            if not self._is_closing:
                self._loop.call_soon_threadsafe(self._cancel, live)
        return True

    def call(self, work: Coroutine[Any, Any, Result], timeout_s: float) -> Result:
        """Does something short on the loop that is no answer, and waits for it.

        Raises:
            TimeoutError: it took longer than `timeout_s` seconds and was cancelled.
            RuntimeError: the engine is closing.
        """
        with self._lock:
            if self._is_closing:
                work.close()
                raise RuntimeError("the engine is closing")
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout_s)
        except CancelledError:
            raise RuntimeError("the engine is closing") from None
        finally:
            future.cancel()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Lets something run on the loop beside the answers; it ends with the engine."""
        with self._lock:
            if self._is_closing:
                work.close()
                return
            self._loop.call_soon_threadsafe(self._begin_aside, work)

    def forget(self, reply_id: str) -> None:
        """Lets go of an ended reply, once the store has it."""
        with self._lock:
            self._replies.pop(reply_id, None)

    def close(self) -> None:
        """Stops every answer, then the loop; waits a few seconds at most."""
        with self._lock:
            if not self._is_closing:
                # Under the lock, so that nothing is handed to the loop after this.
                self._is_closing = True
                asyncio.run_coroutine_threadsafe(self._cancel_all(), self._loop)
        self._thread.join(CLOSE_TIMEOUT_S)
        with self._lock:
            replies = list(self._replies.values())
        for live in replies:
            # Only one whose source would not let itself be cancelled is still open here.
            live.append(Stopped(by_visitor=False))

    def _begin_all(self, held: Sequence[tuple[LiveReply, Callable[[], None]]]) -> None:
        def begin() -> None:
            for _, begin_one in held:
                begin_one()

        with self._lock:
            if not self._is_closing:
                self._loop.call_soon_threadsafe(begin)
                return
        for live, _ in held:
            live.append(Stopped(by_visitor=False))
        self._on_change()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _is_full(self) -> bool:
        running = sum(not live.is_closed for live in self._replies.values())
        return self._max_answers is not None and running >= self._max_answers

    def _refuse(self, live: LiveReply) -> None:
        live.append(Failed(ServerBusy().failure))
        self._end(live)

    def _begin(self, live: LiveReply, source: Callable[[], AsyncIterator[Event]]) -> None:
        task = self._loop.create_task(self._produce(live, source), name=f"reply {live.id}")
        self._tasks[live.id] = task
        task.add_done_callback(lambda _task: self._end(live))
        self._on_change()

    def _begin_aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    def _end(self, live: LiveReply) -> None:
        self._tasks.pop(live.id, None)
        # A task that was cancelled before its first step ran no code of ours.
        live.append(Stopped(by_visitor=not self._is_closing))
        self._on_change()
        self._on_end(live)

    def _cancel(self, live: LiveReply) -> None:
        task = self._tasks.get(live.id)
        if task is not None:
            task.cancel()

    async def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S / 2):
                if tasks:
                    await asyncio.wait(tasks, timeout=CLOSE_TIMEOUT_S / 4)
                if self._on_close is not None:
                    await self._on_close()
                await self._loop.shutdown_asyncgens()
        except Exception as error:  # noqa: BLE001 - whatever it was, the thread must end
            _log.error("The engine did not close cleanly: %s", type(error).__name__)
        finally:
            self._loop.call_soon(self._loop.stop)

    async def _produce(self, live: LiveReply, source: Callable[[], AsyncIterator[Event]]) -> None:
        live.append(RequestSent())
        hear_leaving(lambda: live.append(RequestLeft()))
        try:
            # A port promises an iterator; ours are generators, and closing one closes its
            # connection now instead of when it is collected.
            async with aclosing(cast("AsyncGenerator[Event, None]", source())) as events:
                async for event in events:
                    live.append(event)
        except asyncio.CancelledError:
            live.append(Stopped(by_visitor=not self._is_closing))
        except ProviderError as error:
            live.append(Failed(error.failure))
        except Exception as error:  # noqa: BLE001 - the last line of defence: no silent ending
            # Only the class: a message or a traceback may quote a request, and with it a key.
            _log.error("An answer failed for a reason of ours: %s", type(error).__name__)
            live.append(Failed(InternalFault().failure))
        else:
            live.append(Failed(ReplyInterrupted().failure))
