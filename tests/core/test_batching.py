"""Running a batch: so many at once, the next when one ends; pauses, breaks, a process that died."""

from pathlib import Path

import pytest
from batch_world import (
    LANE,
    PROMPTS,
    World,
    made_world,  # noqa: F401 - a fixture
    opened_world,
)
from scripted import AwayStore, wait_end
from turn_world import FINISHED

from chat.batch import MAX_TRIES, time_left_s
from chat.errors import ReplyInterrupted
from chat.messages import Secret
from chat.refusals import MessageRefused


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


def test_of_two_processes_one_runs_a_batch_and_no_more_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    with opened_world(AwayStore.open(url)) as one, opened_world(AwayStore.open(url)) as other:
        batch = one.begin(at_once=1)
        other.batching.resume("ann", batch.id, other.ask_of)
        assert other.states(batch) == ["running", "waiting", "waiting", "waiting"]

        one.answer(batch, "one")
        other.batching.resume("ann", batch.id, other.ask_of)

        assert other.states(batch) == ["done", "running", "waiting", "waiting"]
        assert not other.batching.is_run_here(batch.id)
        assert not other.provider.scripts


def test_a_batch_that_was_paused_goes_on_in_any_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    with opened_world(AwayStore.open(url)) as one, opened_world(AwayStore.open(url)) as other:
        batch = one.begin(at_once=1)
        one.batching.pause("ann", batch.id)
        one.answer(batch, "one")

        other.batching.resume("ann", batch.id, other.ask_of)

        assert one.states(batch) == ["done", "running", "waiting", "waiting"]
        assert other.batching.is_run_here(batch.id)


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


def test_a_batch_asks_no_more_with_a_key_that_is_forgotten(world: World) -> None:
    world.key = Secret("sk-or-v1-one")
    batch = world.begin(at_once=1)
    world.batching.forget_key(Secret("sk-or-v1-other"))
    assert not world.opened(batch).batch.is_paused

    world.batching.forget_key(world.key)
    world.answer(batch, "one")

    assert world.opened(batch).batch.is_paused
    assert world.states(batch) == ["done", "waiting", "waiting", "waiting"]


def test_a_batch_goes_on_for_the_account_its_visitor_has_logged_in_to(world: World) -> None:
    batch = world.begin(at_once=1)
    live = world.live(batch, "one")
    with world.batching.handing_over("ann", "account"):
        world.store.adopt("ann", "account")
        world.engine.adopt("ann", "account")

    world.provider.scripts["one"].say(FINISHED)
    world.end(live)

    opened = world.batching.open("account", batch.id)
    assert opened is not None
    assert [item.standing for item in opened.items[:2]] == ["done", "running"]
    assert list(world.engine.known("ann")) == []


def test_what_cannot_be_sent_is_said_before_anything_is_saved(world: World) -> None:
    with pytest.raises(MessageRefused):
        world.batching.begin("ann", ["x" * 51], (LANE,), world.ask_of, 1)
    with pytest.raises(ValueError, match="prompts"):
        world.batching.begin("ann", [], (LANE,), world.ask_of, 1)

    assert world.store.batches.list_newest("ann", 9) == []
