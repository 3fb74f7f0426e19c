"""The log of one running answer: append-only, one writer, any number of readers.

Each reader keeps its own position, so nobody misses or repeats an entry, whenever it joins.
"""

import threading
from collections.abc import Callable, Sequence

from chat.events import ENDINGS, Event, Logged
from chat.ports import Clock


class LiveReply:
    """One answer's log and who may read it.

    Args:
        reply_id: The reply's id, also in the store.
        owner: The visitor whose answer it is.
        conversation_id: Where it belongs.
        model: The id that was asked for.
        clock: Gives each entry its time.
    """

    def __init__(
        self, reply_id: str, owner: str, conversation_id: str, model: str, clock: Clock
    ) -> None:
        self.id = reply_id
        self.owner = owner
        self.conversation_id = conversation_id
        self.model = model
        self._clock = clock
        self._entries: list[Logged] = []
        self._grown = threading.Condition()
        self._watchers: tuple[Callable[[], None], ...] = ()
        self._ended = threading.Event()

    def append(self, event: Event) -> None:
        """Adds an event. After an ending the log is closed, and further events are dropped."""
        with self._grown:
            if self.is_closed:
                return
            self._entries.append(Logged(len(self._entries), self._clock(), event))
            if self.is_closed:
                self._ended.set()
            self._grown.notify_all()
            watchers = self._watchers
        for watcher in watchers:
            watcher()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Has `watcher` called after each entry, on the writer's thread; it must not block.

        Returns:
            Ends that.
        """
        with self._grown:
            self._watchers = (*self._watchers, watcher)

        def unwatch() -> None:
            with self._grown:
                self._watchers = tuple(held for held in self._watchers if held is not watcher)

        return unwatch

    @property
    def is_closed(self) -> bool:
        """Whether the answer has ended, however it did."""
        return bool(self._entries) and isinstance(self._entries[-1].event, ENDINGS)

    @property
    def age_s(self) -> float:
        """Seconds since the request was sent; 0 before."""
        return self._clock() - self._entries[0].at_s if self._entries else 0.0

    @property
    def now_s(self) -> float:
        """The present moment on the log's clock, in seconds."""
        return self._clock()

    def read(self, position: int = 0) -> Sequence[Logged]:
        """The entries from `position` on; empty where there are none yet."""
        return self._entries[position:]

    def wait(self, position: int, timeout_s: float) -> Sequence[Logged]:
        """Like `read`, but waits up to `timeout_s` seconds for the first of them.

        Blocks the calling thread; never called on the engine's loop.
        """
        with self._grown:
            if len(self._entries) <= position and not self.is_closed:
                self._grown.wait(timeout_s)
            return self._entries[position:]

    def gather(self, position: int, timeout_s: float) -> Sequence[Logged]:
        """Like `read`, but waits for `timeout_s` seconds, or less where the answer ends.

        For a reader that wants many entries at once: it is not woken for each. Blocks likewise.
        """
        self._ended.wait(timeout_s)
        return self.read(position)

    def wait_end(self, timeout_s: float) -> bool:
        """Waits up to `timeout_s` seconds for the end; tells whether it has come. Blocks."""
        return self._ended.wait(timeout_s)
