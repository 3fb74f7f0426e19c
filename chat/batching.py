"""Runs batches: a bounded number of answers at once, the next one begun when one has ended.

Nobody waits: whoever is told of an answer's end begins what comes next. The keys to ask with are
held here as long as the batch runs and nowhere else, so after a restart a batch goes on when its
visitor looks at it. Which answers were asked for is in the store, so none is asked for twice.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from chat.ask import Ask
from chat.batch import MAX_PROMPTS, MAX_TRIES, MOST_AT_ONCE, Batch, Item, OpenedBatch
from chat.batch_store import BatchStore
from chat.comparison import MAX_LANES, LaneSetup
from chat.conversations import new_id
from chat.errors import ChatError
from chat.live import LiveReply
from chat.messages import Secret
from chat.present import present_reply
from chat.refusals import MessageRefused
from chat.reply import ReplyFold
from chat.turn import Turns

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Run:
    """A batch that this process runs: what is still to be asked, and what is being answered."""

    owner: str
    batch: Batch
    asks: tuple[Ask, ...] = ()
    todo: deque[Item] = field(default_factory=deque)
    under_way: dict[str, Item] = field(default_factory=dict)
    is_paused: bool = False


@dataclass(slots=True)
class Batching:
    """Begins batches, pauses them, lets them go on.

    Attributes:
        submit: Lets something be done on another thread, for the engine's own must not block.
        ask_stop: Asks whichever process writes an owner's answer to stop it, by the answer's id.
    """

    store: BatchStore
    turns: Turns
    submit: Callable[[Callable[[], None]], object]
    ask_stop: Callable[[str, str], None]
    _runs: dict[str, _Run] = field(default_factory=dict, init=False)
    _faults: dict[str, ChatError] = field(default_factory=dict, init=False)
    _asked: set[str] = field(default_factory=set, init=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False)

    def begin(
        self,
        owner: str,
        prompts: Sequence[str],
        setups: Sequence[LaneSetup],
        ask_of: Callable[[LaneSetup], Ask],
        at_once: int,
    ) -> Batch:
        """Saves a new batch and begins its first answers.

        Raises:
            ValueError: too few or too many prompts or lanes.
            MessageRefused: a prompt cannot be sent; nothing was saved.
            StoreError: it cannot be saved now; nothing was sent.
        """
        if not (1 <= len(prompts) <= MAX_PROMPTS and 1 <= len(setups) <= MAX_LANES):
            raise ValueError(f"expected up to {MAX_PROMPTS} prompts and {MAX_LANES} lanes")
        for setup in setups:
            for prompt in prompts:
                self.turns.check(prompt, ask_of(setup))
        at_once = min(max(1, at_once), MOST_AT_ONCE)
        batch = Batch(
            new_id(), owner, self.turns.now(), tuple(setups), tuple(prompts), at_once=at_once
        )
        places = ((prompt, lane) for prompt in range(len(prompts)) for lane in range(len(setups)))
        items = [Item(new_id(), prompt, lane, new_id()) for prompt, lane in places]
        self.store.add(batch, items)
        self.resume(owner, batch.id, ask_of)
        return batch

    def resume(self, owner: str, batch_id: str, ask_of: Callable[[LaneSetup], Ask]) -> None:
        """Lets a batch go on, from where it is: here, unless another process runs it now.

        One that runs here already asks as told now.

        Raises:
            MessageRefused: the owner has no such batch.
            StoreError: it cannot be read now.
        """
        opened = self.store.load(owner, batch_id, with_texts=False)
        if opened is None:
            raise MessageRefused("unknown_conversation")
        asks = tuple(ask_of(setup) for setup in opened.batch.setups)
        if opened.batch.is_paused:
            self.store.set_paused(owner, batch_id, is_paused=False)
        # So many answers at once are so many over all processes.
        if not self.store.hold(owner, batch_id):
            return
        with self._lock:
            self._faults.pop(batch_id, None)
            run = self._runs.setdefault(batch_id, _Run(owner, opened.batch))
            run.owner, run.asks, run.is_paused = owner, asks, False
            begun = {item.id for item in run.under_way.values()}
            run.todo = deque(
                item for item in opened.items if item.standing == "waiting" and item.id not in begun
            )
        self._go_on()

    def pause(self, owner: str, batch_id: str) -> None:
        """Asks for nothing more; answers that run go on to their ends.

        Raises:
            StoreError: it cannot be kept.
        """
        self.store.set_paused(owner, batch_id, is_paused=True)
        with self._lock:
            run = self._runs.get(batch_id)
            if run is not None and run.owner == owner:
                run.is_paused = True
                run.todo.clear()
        self._go_on()

    @contextmanager
    def handing_over(self, old: str, new: str) -> Iterator[None]:
        """Nothing is begun while what one owner has is moved to another, who then has it here."""
        with self._lock:
            yield
            for run in self._runs.values():
                if run.owner == old:
                    run.owner, run.batch = new, replace(run.batch, owner=new)

    def forget_key(self, key: Secret) -> None:
        """Pauses every batch that asks with the key, so that it is held here no more.

        Raises:
            StoreError: that cannot be kept; nothing more is asked all the same.
        """
        with self._lock:
            holding = [run for run in self._runs.values() if key in {ask.key for ask in run.asks}]
            for run in holding:
                run.is_paused, run.asks, run.todo = True, (), deque()
        for run in holding:
            self.store.set_paused(run.owner, run.batch.id, is_paused=True)
        self._go_on()

    def delete(self, owner: str, batch_id: str) -> None:
        """Deletes a batch; answers that run are stopped.

        Raises:
            StoreError: it cannot be deleted now.
        """
        self.pause(owner, batch_id)
        opened = self.open(owner, batch_id)
        for item in opened.items if opened is not None else ():
            if item.standing == "running" and item.reply is not None:
                self.turns.engine.stop(item.reply.id, owner)
                # Another process may write it.
                self.ask_stop(owner, item.reply.id)
        self.store.delete(owner, batch_id)

    def open(self, owner: str, batch_id: str, *, with_texts: bool = False) -> OpenedBatch | None:
        """The batch as it stands now; None where the owner has no such one.

        Raises:
            StoreError: it cannot be read now.
        """
        # Before the store is asked, as in `Turns`: an answer that is saved meanwhile leaves it.
        known = self.turns.engine.known(owner)
        opened = self.store.load(owner, batch_id, with_texts=with_texts)
        if opened is None:
            return None
        items = (
            replace(item, reply=present_reply(item.reply, known)) if item.reply else item
            for item in opened.items
        )
        return replace(opened, items=tuple(items))

    def is_run_here(self, batch_id: str) -> bool:
        """Whether this process begins the batch's answers."""
        with self._lock:
            return batch_id in self._runs

    def is_asking(self, conversation_id: str) -> bool:
        """Whether the conversation is an answer of a batch that this process asks for now."""
        return conversation_id in self._asked

    def fault(self, batch_id: str) -> ChatError | None:
        """Why the batch was paused by itself; None where it was not."""
        return self._faults.get(batch_id)

    def note_end(self, live: LiveReply) -> None:
        """Takes up that an answer has ended, of a batch or not; returns at once."""
        if self._runs and not self.turns.engine.is_closing:
            self.submit(partial(self._take_end, live))

    def _take_end(self, live: LiveReply) -> None:
        fold = ReplyFold()
        fold.feed(live.read())
        with self._lock:
            for run in self._runs.values():
                item = run.under_way.pop(live.id, None)
                self._asked.discard(live.conversation_id)
                broke_off = item is not None and fold.outcome == "interrupted"
                if item and broke_off and item.tries < MAX_TRIES and not run.is_paused:
                    run.todo.append(item)
        self._go_on()

    def _go_on(self) -> None:
        """Begins as many answers as may run, of every batch; forgets those that are done."""
        with self._lock:
            for batch_id, run in list(self._runs.items()):
                try:
                    self._fill(run)
                except ChatError as error:
                    self._give_up(batch_id, run, error)
                if not run.todo and not run.under_way:
                    self._forget(batch_id)

    def _fill(self, run: _Run) -> None:
        engine = self.turns.engine
        while run.todo and len(run.under_way) < run.batch.at_once and engine.has_room:
            item = run.todo[0]
            if self.store.claim(item):
                try:
                    live = self._ask(run, item)
                except ChatError as error:
                    self._asked.discard(item.id)
                    self.store.release(item)
                    # Somebody else has it in hand.
                    if not (isinstance(error, MessageRefused) and error.reason == "busy"):
                        raise
                else:
                    run.under_way[live.id] = replace(item, tries=item.tries + 1)
            run.todo.popleft()

    def _ask(self, run: _Run, item: Item) -> LiveReply:
        ask = run.asks[item.lane]
        self._asked.add(item.id)
        # A try that was counted may have ended before its prompt was saved.
        if item.tries and self._was_asked(run.owner, item):
            return self.turns.regenerate(run.owner, item.id, ask)
        return self.turns.begin(
            run.owner,
            None,
            run.batch.prompts[item.prompt],
            ask,
            new_as=item.id,
            is_hidden=True,
            message_id=item.message_id,
        )

    def _was_asked(self, owner: str, item: Item) -> bool:
        opened = self.turns.open(owner, item.id)
        return opened is not None and bool(opened.turns)

    def _give_up(self, batch_id: str, run: _Run, error: ChatError) -> None:
        """Pauses a batch whose next answer cannot be begun, so that its visitor decides."""
        _log.warning("A batch was paused: %s", type(error).__name__)
        self._faults[batch_id] = error
        try:
            self.store.set_paused(run.owner, batch_id, is_paused=True)
        except ChatError:
            _log.warning("That a batch is paused could not be kept.")
        self._forget(batch_id)

    def _forget(self, batch_id: str) -> None:
        self._runs.pop(batch_id, None)
        try:
            self.store.let_go(batch_id)
        except ChatError:
            _log.warning("That a batch is run by nobody could not be kept.")
