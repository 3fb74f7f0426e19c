"""Running a batch: so many at once, the next when one ends; pauses, breaks, a process that died."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
from scripted import NOON, AwayStore, HandClock, ScriptedProvider, wait_end
from turn_world import FINISHED

from chat.batch import MAX_TRIES, Batch, OpenedBatch, time_left_s
from chat.batching import Batching
from chat.comparison import LaneSetup
from chat.engine import Engine
from chat.errors import ReplyInterrupted
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

    def __post_init__(self) -> None:
        self.batching = self.new_process()

    def new_process(self) -> Batching:
        """What runs batches, without knowledge of what was begun before."""
        return Batching(self.store.batches, self.turns, self.waiting.append, self.note_stop)

    def note_stop(self, owner: str, reply_id: str) -> None:
        self.stops.append((owner, reply_id))

    def ask_of(self, setup: LaneSetup) -> Ask:
        return Ask(setup.model, setup.max_tokens, is_lent=self.is_refused)

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
        while self.engine.find(live.id, "ann"):
            pass  # until it is saved
        while self.ends:
            self.batching.note_end(self.ends.pop())
        while self.waiting:
            self.waiting.pop(0)()


@pytest.fixture(name="world")
def made_world() -> Iterator[World]:
    store, provider, clock = AwayStore.open_in_memory(), ByPrompt(), HandClock()
    ends: list[LiveReply] = []
    recorder = Recorder(store, lambda reply_id: engine.forget(reply_id), checkpoint_s=0.01)  # noqa: PLW0108 - engine comes after
    engine = Engine(on_change=recorder.wake, on_end=ends.append, max_answers=3)

    def spend(_owner: str, _reply_id: str, _ask: Ask, _request: ChatRequest) -> None:
        raise MessageRefused("over_budget")

    policy = Policy(tries=1, reconnects=0)
    turns = Turns(engine, recorder, provider, clock, 50, policy, now=lambda: NOON, spend=spend)
    yield World(store, provider, engine, turns, clock, ends)
    engine.close()
    recorder.close()
    store.close()


def test_so_many_are_asked_at_once_and_the_next_when_one_has_ended(world: World) -> None:
    batch = world.begin(at_once=2)
    assert world.states(batch) == ["running", "running", "waiting", "waiting"]

    world.answer(batch, "two")

    assert world.states(batch) == ["running", "done", "running", "waiting"]


def test_a_batch_ends_when_all_are_answered(world: World) -> None:
    batch = world.begin()
    for prompt in PROMPTS:
        world.answer(batch, prompt)

    assert world.opened(batch).is_finished
    assert not world.batching.is_run_here(batch.id)
    assert [len(script.requests) for script in world.provider.scripts.values()] == [1] * 4


def test_an_answer_of_a_batch_is_known_as_such_while_it_runs(world: World) -> None:
    batch = world.begin(at_once=1)
    first, second = world.opened(batch).items[:2]
    assert world.batching.is_asking(first.id)

    world.answer(batch, "one")

    assert not world.batching.is_asking(first.id)
    assert world.batching.is_asking(second.id)


def test_the_time_left_follows_the_clock(world: World) -> None:
    batch = world.begin(at_once=1)
    assert time_left_s(world.opened(batch)) is None

    world.answer(batch, "one")

    # Two wait, at 3 s each, and one is half way, one after another.
    assert time_left_s(world.opened(batch)) == pytest.approx(7.5)


def test_paused_nothing_more_is_asked_and_what_runs_goes_on(world: World) -> None:
    batch = world.begin()
    world.batching.pause("ann", batch.id)

    world.answer(batch, "one")
    assert world.states(batch) == ["done", "running", "waiting", "waiting"]
    assert world.opened(batch).batch.is_paused

    world.batching.resume("ann", batch.id, world.ask_of)
    assert world.states(batch) == ["done", "running", "running", "waiting"]
    assert not world.opened(batch).batch.is_paused


def test_after_a_restart_only_what_is_left_is_asked(world: World) -> None:
    batch = world.begin()
    world.answer(batch, "one")
    # The process dies: nobody hears of these ends, and the keys are gone.
    for prompt in ("two", "three"):
        live = world.live(batch, prompt)
        world.provider.scripts[prompt].say(ReplyInterrupted())
        wait_end(live)
    while world.engine.known("ann"):
        pass  # until all is saved
    world.batching = world.new_process()
    assert world.states(batch) == ["done", "waiting", "waiting", "waiting"]

    world.batching.resume("ann", batch.id, world.ask_of)
    for prompt in ("two", "three", "four"):
        world.answer(batch, prompt)

    assert world.opened(batch).is_finished
    assert world.opened(batch).failed == 0
    asked = {prompt: len(script.requests) for prompt, script in world.provider.scripts.items()}
    assert asked == {"one": 1, "two": 2, "three": 2, "four": 1}


def test_two_processes_share_a_batch_and_ask_nothing_twice(world: World) -> None:
    batch = world.begin(at_once=1)
    other = world.new_process()

    other.resume("ann", batch.id, world.ask_of)

    assert world.states(batch) == ["running", "running", "waiting", "waiting"]
    world.answer(batch, "one")
    asked = [len(script.requests) for script in world.provider.scripts.values()]
    assert max(asked) == 1


def test_an_answer_that_breaks_off_is_asked_again_and_then_given_up(world: World) -> None:
    batch = world.begin(at_once=1)
    for prompt in PROMPTS[:1]:
        world.answer(batch, prompt, ReplyInterrupted())

    for prompt in PROMPTS[1:]:
        world.answer(batch, prompt)
    assert world.states(batch) == ["running", "done", "done", "done"]
    for _ in range(2):
        world.answer(batch, "one", ReplyInterrupted())

    assert world.opened(batch).is_finished
    assert world.opened(batch).failed == 1
    assert len(world.provider.scripts["one"].requests) == 3


def test_a_full_server_makes_a_batch_wait(world: World) -> None:
    chat = world.turns.begin("ann", None, "chat", world.ask_of(LANE))
    batch = world.begin(at_once=4)
    assert world.states(batch) == ["running", "running", "waiting", "waiting"]

    world.provider.scripts["chat"].say(FINISHED)
    world.end(chat)

    assert world.states(batch) == ["running", "running", "running", "waiting"]


def test_a_batch_that_may_not_go_on_is_paused_and_says_why(world: World) -> None:
    world.is_refused = True
    batch = world.begin()

    fault = world.batching.fault(batch.id)
    assert isinstance(fault, MessageRefused)
    assert fault.reason == "over_budget"
    assert world.opened(batch).batch.is_paused

    for _ in range(MAX_TRIES):
        world.batching.resume("ann", batch.id, world.ask_of)

    world.is_refused = False
    world.batching.resume("ann", batch.id, world.ask_of)
    assert world.batching.fault(batch.id) is None
    assert world.states(batch)[:2] == ["running", "running"]


def test_nobody_else_sees_or_touches_a_batch(world: World) -> None:
    batch = world.begin()

    assert world.batching.open("bob", batch.id) is None
    world.batching.pause("bob", batch.id)
    world.batching.delete("bob", batch.id)
    with pytest.raises(MessageRefused):
        world.batching.resume("bob", batch.id, world.ask_of)

    assert not world.opened(batch).batch.is_paused
    assert world.store.batches.list_newest("bob", 9) == []


def test_a_deleted_batch_is_gone_and_its_answers_are_stopped(world: World) -> None:
    batch = world.begin()
    live = world.live(batch, "one")

    world.batching.delete("ann", batch.id)

    wait_end(live)
    assert world.batching.open("ann", batch.id) is None
    assert world.store.batches.list_newest("ann", 9) == []


def test_answers_of_a_deleted_batch_are_stopped_in_other_processes(world: World) -> None:
    batch = world.begin()
    lives = [world.live(batch, prompt) for prompt in PROMPTS[:2]]

    world.batching.delete("ann", batch.id)

    assert world.stops == [("ann", live.id) for live in lives]


def test_what_somebody_else_asks_for_is_passed_over(world: World) -> None:
    batch = world.begin(at_once=1)
    two = world.opened(batch).items[1]
    ask = world.ask_of(LANE)
    world.turns.begin("ann", None, "two", ask, new_as=two.id, message_id=two.message_id)

    world.answer(batch, "one")

    assert world.states(batch) == ["done", "running", "running", "waiting"]
    assert len(world.provider.scripts["two"].requests) == 1
    assert not world.opened(batch).batch.is_paused


def test_what_cannot_be_sent_is_said_before_anything_is_saved(world: World) -> None:
    with pytest.raises(MessageRefused):
        world.batching.begin("ann", ["x" * 51], (LANE,), world.ask_of, 1)
    with pytest.raises(ValueError, match="prompts"):
        world.batching.begin("ann", [], (LANE,), world.ask_of, 1)

    assert world.store.batches.list_newest("ann", 9) == []
