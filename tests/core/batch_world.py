"""A world in which batches run: a provider with one script for each prompt, a real store."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from scripted import NOON, AwayStore, HandClock, ScriptedProvider, wait_end
from turn_world import FINISHED

from chat.batch import Batch, OpenedBatch
from chat.batching import Batching
from chat.comparison import LaneSetup
from chat.engine import Engine
from chat.events import Event, TextDelta
from chat.live import LiveReply
from chat.messages import ChatRequest, Secret
from chat.recorder import Recorder
from chat.refusals import MessageRefused
from chat.retry import Policy
from chat.turn import Ask, Turns

LANE = LaneSetup("sim/x", 100)
PROMPTS = ("one", "two", "three", "four")


class ByPrompt:
    """A `Provider` with one script for each prompt."""

    def __init__(self) -> None:
        self.scripts: defaultdict[str, ScriptedProvider] = defaultdict(ScriptedProvider)

    def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:
        return self.scripts[request.messages[-1].text].stream(request, key)


@dataclass
class World:
    """What is handed to another thread is done when the test says so."""

    store: AwayStore
    provider: ByPrompt
    engine: Engine
    turns: Turns
    clock: HandClock
    ends: list[LiveReply]
    waiting: list[Callable[[], None]] = field(default_factory=list)
    stops: list[tuple[str, str]] = field(default_factory=list)
    is_refused: bool = False
    key: Secret | None = None

    def __post_init__(self) -> None:
        self.batching = self.new_process()

    def new_process(self) -> Batching:
        """What runs batches, without knowledge of what was begun before."""
        return Batching(self.store.batches, self.turns, self.waiting.append, self.note_stop)

    def note_stop(self, owner: str, reply_id: str) -> None:
        self.stops.append((owner, reply_id))

    def ask_of(self, setup: LaneSetup) -> Ask:
        return Ask(setup.model, setup.max_tokens, is_lent=self.is_refused, key=self.key)

    def begin(self, at_once: int = 2) -> Batch:
        return self.batching.begin("ann", PROMPTS, (LANE,), self.ask_of, at_once)

    def opened(self, batch: Batch) -> OpenedBatch:
        found = self.batching.open("ann", batch.id)
        assert found is not None
        return found

    def states(self, batch: Batch) -> list[str]:
        return [item.standing for item in self.opened(batch).items]

    def live(self, batch: Batch, prompt: str) -> LiveReply:
        place = self.opened(batch).items[PROMPTS.index(prompt)].id
        known = self.engine.known("ann").values()
        return next(live for live in known if live.conversation_id == place and not live.is_closed)

    def answer(self, batch: Batch, prompt: str, *steps: Event | BaseException) -> None:
        """Lets an answer come after 3 s, or break off, and what follows from that."""
        live = self.live(batch, prompt)
        self.provider.scripts[prompt].has_begun.wait()
        self.clock.turn(3)
        self.provider.scripts[prompt].say(*(steps or (TextDelta("hi"), FINISHED)))
        self.end(live)

    def end(self, live: LiveReply) -> None:
        wait_end(live)
        while self.engine.find(live.id, live.owner):
            pass  # until it is saved
        while self.ends:
            self.batching.note_end(self.ends.pop())
        while self.waiting:
            self.waiting.pop(0)()


@pytest.fixture(name="world")
def made_world() -> Iterator[World]:
    with opened_world(AwayStore.open_in_memory()) as world:
        yield world


@contextmanager
def opened_world(store: AwayStore) -> Iterator[World]:
    """A process of its own on the store."""
    provider, clock = ByPrompt(), HandClock()
    ends: list[LiveReply] = []
    recorder = Recorder(store, lambda reply_id: engine.forget(reply_id), checkpoint_s=0.01)  # noqa: PLW0108 - engine comes after
    engine = Engine(on_change=recorder.wake, on_end=ends.append, max_answers=3)

    def spend(_owner: str, _reply_id: str, _ask: Ask, _requests: Sequence[ChatRequest]) -> None:
        raise MessageRefused("over_budget")

    policy = Policy(tries=1, reconnects=0)
    turns = Turns(engine, recorder, provider, clock, 50, policy, now=lambda: NOON, spend=spend)
    yield World(store, provider, engine, turns, clock, ends)
    engine.close()
    recorder.close()
    store.close()
