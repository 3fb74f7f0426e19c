"""Stand-ins that a test drives by hand: a clock, a provider, and a real store that can be away."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from queue import SimpleQueue

from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage
from chat.errors import StoreError
from chat.events import Event, Finished, Logged, Stopped, TextDelta
from chat.live import LiveReply
from chat.messages import ChatRequest, Message, Secret
from chat.reply import ReplyFold
from chat.stores.sql import SqlStore

PATIENCE_S = 5.0
"""How long a test waits for what must happen before it fails."""

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
REQUEST = ChatRequest("sim/x", (Message("user", "hi"),), max_tokens=10)
AWAY = "The database is locked."

Step = Event | BaseException | None
"""An event to yield, an exception to raise, or None to end without a word."""


class HandClock:
    """A monotonic clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def turn(self, seconds: float) -> None:
        self.now_s += seconds


class ScriptedProvider:
    """A `Provider` that yields the given steps, then whatever it is told from any thread."""

    def __init__(self, *steps: Step) -> None:
        self.requests: list[ChatRequest] = []
        self.has_begun = threading.Event()
        self.is_closed = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: asyncio.Queue[Step] = asyncio.Queue()
        for step in steps:
            self._told.put_nowait(step)

    def say(self, *steps: Step) -> None:
        assert self.has_begun.wait(PATIENCE_S)
        assert self._loop is not None
        for step in steps:
            self._loop.call_soon_threadsafe(self._told.put_nowait, step)

    async def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:  # noqa: ARG002 - the port's signature
        self.requests.append(request)
        self._loop = asyncio.get_running_loop()
        self.has_begun.set()
        try:
            while (step := await self._told.get()) is not None:
                if isinstance(step, BaseException):
                    raise step
                yield step
                if isinstance(step, Finished):
                    return
        finally:
            self.is_closed.set()


class AwayStore:
    """A `Store` in memory that is away while the test says so, and tells of each save."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.saved: SimpleQueue[ReplyRecord] = SimpleQueue()
        self.refused: SimpleQueue[str] = SimpleQueue()
        self.before_load: Callable[[], object] = lambda: None
        self._inner = SqlStore.open_in_memory()

    def go_away(self, fault: Exception | None = None) -> None:
        self.fault = fault or StoreError(AWAY)

    def come_back(self) -> None:
        self.fault = None

    def add_turn(self, turn: StoredTurn, conversation: Conversation) -> None:
        self._be_there("add_turn")
        self._inner.add_turn(turn, conversation)

    def save_replies(self, records: Sequence[ReplyRecord]) -> None:
        self._be_there("save_replies")
        self._inner.save_replies(records)
        for record in records:
            self.saved.put(record)

    def load_turns(self, owner: str, conversation_id: str) -> list[StoredTurn] | None:
        before, self.before_load = self.before_load, lambda: None
        before()
        return self._inner.load_turns(owner, conversation_id)

    def list_conversations(self, owner: str, limit: int) -> list[Conversation]:
        return self._inner.list_conversations(owner, limit)

    def list_replies(self, owner: str, limit: int) -> list[ReplyRecord]:
        return self._inner.list_replies(owner, limit)

    def mark_interrupted(self) -> int:
        return self._inner.mark_interrupted()

    def close(self) -> None:
        self._inner.close()

    def _be_there(self, call: str) -> None:
        if self.fault is not None:
            self.refused.put(call)
            raise self.fault


def a_live(
    reply_id: str = "r",
    owner: str = "ann",
    conversation_id: str = "c",
    clock: HandClock | None = None,
) -> LiveReply:
    return LiveReply(reply_id, owner, conversation_id, "sim/x", clock or HandClock())


def a_turn(name: str = "1", parent: str | None = None, message: str | None = None) -> StoredTurn:
    """Turn `name`: message `m-name` (or another's, to regenerate) and reply `r-name`."""
    user = UserMessage(f"m-{message or name}", parent, f"question {message or name}", NOON)
    return StoredTurn(user, ReplyRecord(f"r-{name}", "ann", "c", user.id, "sim/x", NOON))


A_CONVERSATION = Conversation("c", "ann", "question", NOON)


def wait_end(live: LiveReply) -> ReplyFold:
    """What the answer amounts to, once it has ended."""
    assert live.wait_end(PATIENCE_S)
    fold = ReplyFold()
    fold.feed(live.read())
    return fold


def wait_entries(live: LiveReply, count: int) -> Sequence[Logged]:
    """The log, once it has so many entries."""
    assert live.wait(count - 1, PATIENCE_S)
    return live.read()


def text_of(entries: Sequence[Logged]) -> str:
    return "".join(entry.event.text for entry in entries if isinstance(entry.event, TextDelta))


def ending_of(live: LiveReply) -> Event:
    assert live.wait_end(PATIENCE_S)
    return live.read()[-1].event


STOPPED = Stopped(by_visitor=True)
CLOSED = Stopped(by_visitor=False)


def busy_s(thread_name: str, during_s: float = 0.2) -> float:
    """Processor time in seconds that the newest thread of that name takes while nothing happens."""
    *_, thread = (t for t in threading.enumerate() if t.name == thread_name)
    assert thread.ident is not None
    clock = time.pthread_getcpuclockid(thread.ident)
    begun_s = time.clock_gettime(clock)
    threading.Event().wait(during_s)
    return time.clock_gettime(clock) - begun_s
