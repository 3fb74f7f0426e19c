"""Everything a turn needs, with a store and a provider that the test drives by hand."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from scripted import NOON, PATIENCE_S, AwayStore, HandClock, ScriptedProvider, wait_end

from chat.engine import Engine
from chat.events import Finished, TextDelta
from chat.live import LiveReply
from chat.recorder import Recorder
from chat.retry import Policy
from chat.tree import Turn
from chat.turn import Ask, Turns

FINISHED = Finished("stop")
ASK = Ask("sim/x", max_tokens=100, temperature=0.5)


@dataclass(frozen=True)
class World:
    """All that a turn needs; the recorder saves only beginnings and, when woken, changes."""

    store: AwayStore
    provider: ScriptedProvider
    engine: Engine
    recorder: Recorder
    turns: Turns

    def begin(self, text: str = "hi", conversation_id: str | None = None) -> LiveReply:
        return self.turns.begin("ann", conversation_id, text, ASK)

    def answered(self, text: str = "hi", conversation_id: str | None = None) -> LiveReply:
        """A turn that has its answer, saved."""
        live = self.begin(text, conversation_id)
        self.provider.say(TextDelta(f"re: {text}"), FINISHED)
        wait_end(live)
        while self.store.saved.get(timeout=PATIENCE_S).outcome is None:
            pass
        while self.engine.find(live.id, "ann"):
            pass
        return live

    def opened(self, conversation_id: str) -> tuple[list[Turn], LiveReply | None]:
        found = self.turns.open("ann", conversation_id)
        assert found is not None
        return found.turns, found.live


@pytest.fixture(name="world")
def made_world() -> Iterator[World]:
    store, provider = AwayStore.open_in_memory(), ScriptedProvider()
    recorder = Recorder(store, lambda reply_id: engine.forget(reply_id), checkpoint_s=0.01)  # noqa: PLW0108 - engine comes after
    engine = Engine(on_change=recorder.wake)
    turns = Turns(
        engine,
        recorder,
        provider,
        HandClock(),
        50,
        Policy(tries=1, reconnects=0),  # one request each, so that the test knows what is asked
        now=lambda: NOON,
    )
    yield World(store, provider, engine, recorder, turns)
    engine.close()
    recorder.close()
    store.close()
