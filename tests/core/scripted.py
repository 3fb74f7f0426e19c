"""Stand-ins that a test drives by hand: a clock, a provider, and a real store that can be away."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from queue import SimpleQueue

from sqlalchemy import Engine

from chat.conversations import (
    Conversation,
    QueuedMessage,
    ReplyRecord,
    StoredTurn,
    UserMessage,
)
from chat.errors import StoreError
from chat.events import Event, Finished, Logged, Stopped, TextDelta
from chat.live import LiveReply
from chat.messages import ChatRequest, Message, Secret
from chat.reply import ReplyFold
from chat.stores.columns import utc_now
from chat.stores.sql import NO_LOGS, SqlStore
from chat.tree import Tree, Turn, path_of

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


class AwayStore(SqlStore):
    """A real store that cannot be written, or even read, while the test says so.

    Made with `open_in_memory`; it tells of each save and of each sign of life.
    """

    def __init__(
        self,
        engine: Engine,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(engine, now, sleep)
        self.fault: Exception | None = None
        self.is_readable = True
        self.saved: SimpleQueue[ReplyRecord] = SimpleQueue()
        self.refused: SimpleQueue[str] = SimpleQueue()
        self.beats: SimpleQueue[None] = SimpleQueue()
        self.before_load: Callable[[], object] = lambda: None

    def go_away(self, fault: Exception | None = None, *, is_readable: bool = True) -> None:
        self.fault, self.is_readable = fault or StoreError(AWAY), is_readable

    def come_back(self) -> None:
        self.fault, self.is_readable = None, True

    def add_turn(self, turn: StoredTurn, conversation: Conversation) -> None:
        self._be_there("add_turn")
        super().add_turn(turn, conversation)

    def save_replies(
        self, records: Sequence[ReplyRecord], logs: Mapping[str, bytes] = NO_LOGS
    ) -> None:
        self._be_there("save_replies")
        super().save_replies(records, logs)
        for record in records:
            self.saved.put(record)

    def load_tree(self, owner: str, conversation_id: str) -> Tree | None:
        before, self.before_load = self.before_load, lambda: None
        before()
        if not self.is_readable:
            self._be_there("load_tree")
        return super().load_tree(owner, conversation_id)

    def queue(self, message: QueuedMessage) -> None:
        self._be_there("queue")
        super().queue(message)

    def unqueue(self, owner: str, message_id: str) -> bool:
        self._be_there("unqueue")
        return super().unqueue(owner, message_id)

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        self._be_there("rename")
        super().rename(owner, conversation_id, title)

    def beat(self) -> None:
        super().beat()
        self.beats.put(None)

    def turns_of(self, owner: str, conversation_id: str) -> list[StoredTurn] | None:
        """The turns on the path; None where the owner has no such conversation."""
        tree = self.load_tree(owner, conversation_id)
        return None if tree is None else stored_turns(path_of(tree))

    def _be_there(self, call: str) -> None:
        if self.fault is not None:
            self.refused.put(call)
            raise self.fault


def stored_turns(turns: Sequence[Turn]) -> list[StoredTurn]:
    """The turns without what is beside them in the tree."""
    return [StoredTurn(turn.user, turn.reply) for turn in turns]


def a_live(
    reply_id: str = "r",
    owner: str = "ann",
    conversation_id: str = "c",
    clock: HandClock | None = None,
) -> LiveReply:
    return LiveReply(reply_id, owner, conversation_id, "sim/x", clock or HandClock())


def a_turn(
    name: str = "1",
    parent: str | None = None,
    message: str | None = None,
    conversation: str = "c",
) -> StoredTurn:
    """Turn `name`: message `m-name` (or another's, to regenerate) and reply `r-name`."""
    user = UserMessage(f"m-{message or name}", parent, f"question {message or name}", NOON)
    return StoredTurn(user, ReplyRecord(f"r-{name}", "ann", conversation, user.id, "sim/x", NOON))


A_CONVERSATION = Conversation("c", "ann", "question", NOON)


def a_tree(*turns: StoredTurn, leaf_id: str | None = None) -> Tree:
    """The conversation with these turns in the order in which they were made."""
    users = {turn.user.id: turn.user for turn in turns}
    replies = tuple(turn.reply for turn in turns)
    return Tree(A_CONVERSATION, tuple(users.values()), replies, leaf_id)


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
