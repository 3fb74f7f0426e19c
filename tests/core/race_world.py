"""A world in which comparisons run: a provider with one script for each model, a real store."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue

import pytest
from scripted import NOON, PATIENCE_S, AwayStore, HandClock, ScriptedProvider, wait_end
from turn_world import FINISHED

from chat.comparing import Comparing
from chat.comparison import Comparison, Lane, LaneSetup
from chat.departure import tell_leaving
from chat.engine import Engine
from chat.errors import ConnectionLost
from chat.events import Event, TextDelta
from chat.messages import ChatRequest, Secret
from chat.opened_comparison import OpenedComparison
from chat.recorder import Recorder
from chat.refusals import MessageRefused
from chat.retry import Policy
from chat.turn import Ask, Turns

X, Y, Z = (LaneSetup(f"sim/{name}", 100) for name in "xyz")


class ByModel:
    """A `Provider` with one script for each model."""

    def __init__(self) -> None:
        self.scripts: defaultdict[str, ScriptedProvider] = defaultdict(ScriptedProvider)
        self.unreachable = set[str]()
        self.on_stream: Callable[[], object] = lambda: None

    def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:
        self.on_stream()
        if request.model in self.unreachable:
            raise ConnectionLost
        tell_leaving()
        return self.scripts[request.model].stream(request, key)


@dataclass(frozen=True)
class World:
    store: AwayStore
    provider: ByModel
    engine: Engine
    comparing: Comparing
    clock: HandClock
    over_budget: set[str]
    kept: SimpleQueue[None]
    refused: set[str] = field(default_factory=set)

    def ask_of(self, setup: LaneSetup) -> Ask:
        if setup.model in self.refused:
            raise MessageRefused("over_budget")
        return Ask(setup.model, setup.max_tokens, setup.temperature, is_lent=True)

    def begin(self, *setups: LaneSetup, is_blind: bool = False) -> Comparison:
        return self.comparing.begin("ann", "hi", setups or (X, Y), self.ask_of, is_blind=is_blind)

    def opened(self, race: Comparison) -> OpenedComparison:
        found = self.comparing.open("ann", race.id)
        assert found is not None
        return found

    def answer(self, race: Comparison, *models: str) -> None:
        """Lets these models answer with their names, and waits until it is saved."""
        for cell in self.opened(race).newest[1]:
            model = cell.lane.setup.model
            if model in models and cell.live is not None:
                self.provider.scripts[model].say(TextDelta(f"I am {model}"), FINISHED)
                wait_end(cell.live)
                while self.engine.find(cell.live.id, "ann"):
                    pass

    def answered(self, *setups: LaneSetup, is_blind: bool = False) -> Comparison:
        race = self.begin(*setups, is_blind=is_blind)
        self.answer(race, "sim/x", "sim/y", "sim/z")
        return race

    def starts(self, race: Comparison) -> list[float | None]:
        """How long after the first each lane's request left, once that is kept."""
        self.kept.get(timeout=PATIENCE_S)
        return [entry.start_s for entry in self.opened(race).comparison.rounds[-1].entries]

    def last_asked(self, model: str) -> list[str]:
        """The texts of the newest request to a model."""
        return [message.text for message in self.provider.scripts[model].requests[-1].messages]

    def texts(self, race: Comparison) -> list[list[str | None]]:
        """What each lane says, round by round."""
        return [
            [cell.turn.reply.text if cell.turn is not None else None for cell in cells]
            for cells in self.opened(race).cells
        ]


@pytest.fixture(name="world")
def made_world() -> Iterator[World]:
    store, provider = AwayStore.open_in_memory(), ByModel()
    recorder = Recorder(store, lambda reply_id: engine.forget(reply_id), checkpoint_s=0.01)  # noqa: PLW0108 - engine comes after
    engine = Engine(on_change=recorder.wake)
    policy = Policy(tries=1, reconnects=0)
    clock, over_budget = HandClock(), set[str]()

    def spend(_owner: str, _reply_id: str, ask: Ask, _requests: Sequence[ChatRequest]) -> None:
        if ask.model in over_budget:
            raise MessageRefused("over_budget")

    kept = SimpleQueue[None]()

    def keep(work: Callable[[], object]) -> None:
        work()
        kept.put(None)

    turns = Turns(engine, recorder, provider, clock, 50, policy, now=lambda: NOON, spend=spend)
    comparing = Comparing(store, turns, keep, list[Lane].reverse)
    yield World(store, provider, engine, comparing, clock, over_budget, kept)
    engine.close()
    recorder.close()
    store.close()
