"""Keeps what happens in the store, and keeps trying when the store cannot take it right now.

One thread writes: new partials of all running answers in one transaction at a time, ended answers
at once and by themselves. An answer goes on whether or not it can be saved.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from chat.conversations import Conversation, ReplyRecord, StoredTurn
from chat.errors import StoreError, StoreRefused
from chat.live import LiveReply
from chat.ports import Store
from chat.recorded_log import encode_log
from chat.reply import ReplyFold
from chat.tree import Tree, grown

_log = logging.getLogger(__name__)

CHECKPOINT_S = 0.5
CHECKPOINT_EACH_S = 0.01
"""Time between two rounds of checkpoints that each running answer is good for."""
BEAT_S = 5.0
"""How often this process says that it lives; the store calls one dead after three times that."""
REMEMBERED = 64
"""Conversations that can still be read while the store is away."""
UNEXPECTED = "Conversations cannot be saved right now."


@dataclass(slots=True)
class _Track:
    """A running answer as the recorder follows it."""

    live: LiveReply
    record: ReplyRecord
    fold: ReplyFold = field(default_factory=ReplyFold)
    position: int = 0
    is_saved: bool = True

    def catch_up(self) -> None:
        entries = self.live.read(self.position)
        if entries:
            self.fold.feed(entries)
            self.position += len(entries)
            self.is_saved = False


def record_of(start: ReplyRecord, fold: ReplyFold) -> ReplyRecord:
    """What a reply amounts to now, as it is stored."""
    return replace(
        start,
        outcome=fold.outcome,
        text=fold.text,
        reasoning=fold.reasoning,
        served_model=fold.served_model,
        upstream_provider=fold.upstream_provider,
        generation_id=fold.generation_id,
        usage=fold.usage,
        failure=fold.failure,
        timings=fold.timings,
        # One that started over is no continuation; both answers are kept.
        continues_id=None if fold.has_started_over else start.continues_id,
        text_chars=fold.text_chars,
        reasoning_chars=fold.reasoning_chars,
        tries=fold.tries,
        reconnections=fold.reconnections,
        switched_to=fold.switched_to,
        parts=fold.parts,
        measures=start.measures if fold.outcome is None else fold.measures,
    )


class Recorder:
    """Writes turns and checkpoints; readable while the store is away.

    Args:
        store: Where everything is kept in the end.
        on_saved: Called with a reply's id once its ending is in the store.
        on_stop: Called with an answer that another process was asked to stop; may come again.
        checkpoint_s: Longest time a partial waits for its checkpoint, in seconds; longer where
            more than fifty answers run.
        beat_s: Time between two signs of life, in seconds.
    """

    def __init__(
        self,
        store: Store,
        on_saved: Callable[[str], None] = lambda _reply_id: None,
        on_stop: Callable[[LiveReply], object] = lambda _live: None,
        checkpoint_s: float = CHECKPOINT_S,
        beat_s: float = BEAT_S,
    ) -> None:
        self._store = store
        self._on_saved = on_saved
        self._on_stop = on_stop
        self._checkpoint_s = checkpoint_s
        self._beat_s = beat_s
        self._beat_at_s = self._round_at_s = time.monotonic()
        self._remembered: OrderedDict[tuple[str, str], Tree] = OrderedDict()
        self._lock = threading.Lock()
        self._unsaved: list[tuple[StoredTurn, Conversation]] = []
        self._tracks: dict[str, _Track] = {}
        self._wake = threading.Event()
        self._is_closing = False
        self._fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="tickertape-recorder", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str | None:
        """Why nothing is being saved at present, in a sentence; None while all is well."""
        return self._fault

    def begin(self, turn: StoredTurn, conversation: Conversation, live: LiveReply) -> None:
        """Saves the user message and the empty reply, then follows the answer.

        Where the store cannot take it now, it is kept here and saved as soon as it can.

        Raises:
            StoreRefused: the store will never take it; nothing is followed.
        """
        is_saved = not self._has_unsaved(conversation.id) and self._add(turn, conversation)
        with self._lock:
            if is_saved:
                self._remember_turn(turn, conversation)
            else:
                self._unsaved.append((turn, conversation))
            self._tracks[live.id] = _Track(live, turn.reply)

    def wake(self) -> None:
        """Hears that an answer has begun or ended; never blocks."""
        self._wake.set()

    def load_tree(self, owner: str, conversation_id: str) -> Tree | None:
        """The conversation, with the turns that could not be saved yet; None if it is not there.

        While the store cannot be read, one that was read lately is given as it was then.

        Raises:
            StoreError: the store cannot be read now, and the conversation is not remembered.
        """
        # What waits is read first: what is saved between the two is then in the store.
        with self._lock:
            waiting = [
                w for w in self._unsaved if (w[1].owner, w[1].id) == (owner, conversation_id)
            ]
        try:
            tree = self._store.load_tree(owner, conversation_id)
        except StoreError:
            with self._lock:
                tree = self._remembered.get((owner, conversation_id))
            if tree is None and not waiting:
                raise
        else:
            self._remember(owner, conversation_id, tree)
        return grown(tree, waiting)

    def forget(self, owner: str, conversation_id: str) -> None:
        """Lets go of what is remembered of a conversation."""
        with self._lock:
            self._remembered.pop((owner, conversation_id), None)

    def close(self) -> None:
        """Saves what is left and ends the thread."""
        self._is_closing = True
        self._wake.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._is_closing:
            now_s = time.monotonic()
            wait_s = self._beat_at_s - now_s
            if self._fault is not None:
                # What was due is still due, and yet a store that is away is not asked all the time.
                wait_s = min(self._checkpoint_s, self._beat_s)
            elif self._tracks or self._unsaved:
                wait_s = min(wait_s, self._round_at_s - now_s, self._checkpoint_s)
            self._wake.wait(max(0.0, wait_s))
            self._wake.clear()
            self._save()
        self._save()

    def _remember(self, owner: str, conversation_id: str, tree: Tree | None) -> None:
        with self._lock:
            self._remembered.pop((owner, conversation_id), None)
            if tree is not None:
                self._remembered[owner, conversation_id] = tree
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)

    def _remember_turn(self, turn: StoredTurn, conversation: Conversation) -> None:
        place = (conversation.owner, conversation.id)
        tree = grown(self._remembered.get(place), [(turn, conversation)])
        if tree is not None and place in self._remembered:
            self._remembered[place] = tree

    def _remember_reply(self, record: ReplyRecord) -> None:
        place = (record.owner, record.conversation_id)
        tree = self._remembered.get(place)
        if tree is not None:
            replies = tuple(record if old.id == record.id else old for old in tree.replies)
            self._remembered[place] = replace(tree, replies=replies)

    def _has_unsaved(self, conversation_id: str) -> bool:
        """Whether earlier turns of it wait; the store refuses one whose parent it has not got."""
        with self._lock:
            return any(conversation.id == conversation_id for _, conversation in self._unsaved)

    def _add(self, turn: StoredTurn, conversation: Conversation) -> bool:
        """Saves a turn now; False where the store is away."""
        try:
            self._store.add_turn(turn, conversation)
        except StoreRefused:
            raise
        except StoreError as error:
            self._fault = str(error)
            return False
        return True

    def _save(self) -> None:
        with self._lock:
            unsaved, tracks = list(self._unsaved), list(self._tracks.values())
        try:
            for turn, conversation in unsaved:
                self._unless_refused(partial(self._store.add_turn, turn, conversation))
                with self._lock:
                    self._unsaved.remove((turn, conversation))
                    self._remember_turn(turn, conversation)
            self._checkpoint(tracks)
            self._obey(tracks)
            self._beat()
            self._fault = None
        except StoreError as error:
            self._fault = str(error)
        except Exception as error:  # noqa: BLE001 - this thread must not die: nothing would be saved
            _log.error("Saving failed for a reason of ours: %s", type(error).__name__)
            self._fault = UNEXPECTED

    def _beat(self) -> None:
        """Says that this process lives, and looks for answers of others that do not any more."""
        # What has failed is tried at once: with nothing to save, only this asks the store.
        if self._fault is not None or time.monotonic() >= self._beat_at_s:
            self._beat_at_s = time.monotonic() + self._beat_s
            self._store.beat()
            self._store.mark_interrupted()

    def _obey(self, tracks: list[_Track]) -> None:
        """Stops what another process was asked to stop."""
        running = {track.live.id: track.live for track in tracks if not track.live.is_closed}
        if running:
            for reply_id in self._store.stops_asked(list(running)):
                self._on_stop(running[reply_id])

    def _checkpoint(self, tracks: list[_Track]) -> None:
        now_s = time.monotonic()
        is_round = self._is_closing or self._fault is not None or now_s >= self._round_at_s
        if is_round:
            self._round_at_s = now_s + max(self._checkpoint_s, len(tracks) * CHECKPOINT_EACH_S)
        for track in tracks:
            if is_round or track.live.is_closed:
                track.catch_up()
        fresh = [track for track in tracks if not track.is_saved]
        if not fresh:
            return
        records = [record_of(track.record, track.fold) for track in fresh]
        logs = {
            track.live.id: encode_log(track.live.read())
            for track, record in zip(fresh, records, strict=True)
            if record.outcome is not None
        }
        try:
            self._store.save_replies(records, logs)
        except StoreRefused:
            # One of them is at fault; it must not keep the others from being saved.
            for record in records:
                self._unless_refused(partial(self._store.save_replies, [record], logs))
        for track, record in zip(fresh, records, strict=True):
            track.is_saved = True
            with self._lock:
                self._remember_reply(record)
                if record.outcome is not None:
                    self._tracks.pop(record.id, None)
            if record.outcome is not None:
                self._on_saved(record.id)

    @staticmethod
    def _unless_refused(save: Callable[[], None]) -> None:
        """Saves, and gives up what the store will never take rather than try it for ever."""
        try:
            save()
        except StoreRefused as refusal:
            _log.error("A part of a conversation cannot be saved: %s", refusal)
