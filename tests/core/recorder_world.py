"""A recorder over a store that can be away, and what a test does with it."""

from collections.abc import Iterator
from queue import SimpleQueue

import pytest
from scripted import (
    A_CONVERSATION,
    PATIENCE_S,
    AwayStore,
    a_live,
    a_turn,
    stored_turns,
)

from chat.conversations import ReplyRecord, StoredTurn
from chat.events import Finished, RequestSent
from chat.live import LiveReply
from chat.recorder import Recorder
from chat.tree import path_of

FINISHED = Finished("stop")


@pytest.fixture(name="store")
def made_store() -> Iterator[AwayStore]:
    store = AwayStore.open_in_memory()
    yield store
    store.close()


@pytest.fixture(name="done")
def told_ends() -> SimpleQueue[str]:
    """The ids that the recorder said are saved for good."""
    return SimpleQueue()


@pytest.fixture(name="recorder")
def made_recorder(store: AwayStore, done: SimpleQueue[str]) -> Iterator[Recorder]:
    recorder = Recorder(store, on_saved=done.put, checkpoint_s=0.01)
    yield recorder
    recorder.close()


def begin(recorder: Recorder, name: str = "1", parent: str | None = None) -> LiveReply:
    """Begins turn `name`, as a `Turns` over an engine does."""
    live = a_live(f"r-{name}")
    recorder.begin(a_turn(name, parent), A_CONVERSATION, live)
    live.append(RequestSent())
    recorder.wake()
    return live


def end(recorder: Recorder, live: LiveReply) -> None:
    live.append(FINISHED)
    recorder.wake()


def stored(store: AwayStore) -> list[ReplyRecord]:
    return [turn.reply for turn in store.turns_of("ann", "c") or []]


def loaded(recorder: Recorder) -> list[StoredTurn]:
    tree = recorder.load_tree("ann", "c")
    return stored_turns(path_of(tree)) if tree is not None else []


def next_saved(store: AwayStore, text: str) -> ReplyRecord:
    """The next save of a reply that has got so far."""
    while (record := store.saved.get(timeout=PATIENCE_S)).text != text:
        pass
    return record
