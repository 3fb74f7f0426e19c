"""Comparisons: all lanes asked at once, each with its own history; retries, later lanes, votes."""

import asyncio
from dataclasses import replace

import pytest
from race_world import World, X, Y, Z, made_world  # noqa: F401 - a fixture
from scripted import wait_end
from turn_world import FINISHED

from chat.comparison import LaneSetup, Vote
from chat.errors import RateLimited, StoreError
from chat.events import RequestLeft, RequestSent, TextDelta
from chat.messages import Message
from chat.refusals import MessageRefused
from chat.turn import Ask


def test_all_lanes_are_asked_the_same(world: World) -> None:
    race = world.answered()

    assert world.texts(race) == [["I am sim/x", "I am sim/y"]]
    asked = [script.requests[0].messages for script in world.provider.scripts.values()]
    assert asked == [(Message("user", "hi"),)] * 2


def test_the_same_model_may_run_in_two_lanes(world: World) -> None:
    race = world.begin(X, replace(X, temperature=2.0))

    assert world.starts(race) == [0.0, 0.0]
    temperatures = [asked.temperature for asked in world.provider.scripts["sim/x"].requests]
    assert temperatures == [None, 2.0]


def test_no_lane_begins_before_all_are_ready(world: World) -> None:
    began_when: list[int] = []

    def ask_of(setup: LaneSetup) -> Ask:
        began_when.append(len(world.provider.scripts))
        return world.ask_of(setup)

    world.store.before_load = lambda: began_when.append(len(world.provider.scripts))
    world.comparing.begin("ann", "hi", (X, Y, Z), ask_of, is_blind=False)

    assert set(began_when) == {0}


def test_how_far_apart_the_lanes_started_is_kept(world: World) -> None:
    world.provider.on_stream = lambda: world.clock.turn(1.5)
    race = world.begin()

    assert world.starts(race) == [0.0, 1.5]  # by the test's clock
    logs = [cell.live.read() for cell in world.opened(race).newest[1] if cell.live]
    assert [entry.event for log in logs for entry in log] == [RequestSent(), RequestLeft()] * 2


def test_every_lane_has_a_task_before_the_first_one_asks(world: World) -> None:
    tasks: list[int] = []
    world.provider.on_stream = lambda: tasks.append(len(asyncio.all_tasks()))

    race = world.begin(X, Y, Z)

    assert world.starts(race) == [0.0] * 3
    assert tasks == [3] * 3


def test_a_lane_that_never_asked_leaves_the_others_their_starts(world: World) -> None:
    world.provider.unreachable.add("sim/y")

    race = world.begin(X, Y, Z)

    assert world.starts(race) == [0.0, None, 0.0]


def test_a_failed_lane_leaves_the_others_alone(world: World) -> None:
    race = world.begin()
    world.provider.scripts["sim/x"].say(RateLimited())

    world.answer(race, "sim/y")

    while world.opened(race).is_running:
        pass
    outcomes = [cell.turn.reply.outcome for cell in world.opened(race).newest[1] if cell.turn]
    assert outcomes == ["failed", "completed"]


def test_a_lane_that_may_not_ask_does_not_keep_the_others_from_it(world: World) -> None:
    race = world.begin()
    world.answer(race, "sim/x", "sim/y")
    chat = world.comparing.turns.begin("ann", race.lanes[0].id, "as a chat", Ask("sim/x", 9))

    with pytest.raises(MessageRefused, match="busy"):
        world.comparing.retry("ann", race.id, [race.lanes[0].id], world.ask_of)
    world.comparing.retry("ann", race.id, [lane.id for lane in race.lanes], world.ask_of)

    assert [cell.is_running for cell in world.opened(race).newest[1]] == [False, True]
    world.engine.stop(chat.id, "ann")


def test_why_a_lane_was_not_asked_is_known_and_the_others_run(world: World) -> None:
    world.over_budget.add("sim/x")

    race = world.begin()

    refused = {lane: refusal.reason for lane, refusal in world.comparing.refused.items()}
    assert refused == {race.lanes[0].id: "over_budget"}
    assert [cell.is_running for cell in world.opened(race).newest[1]] == [False, True]


def test_a_follow_up_goes_on_from_each_lanes_own_answer(world: World) -> None:
    race = world.answered()

    world.comparing.follow_up("ann", race.id, "more", world.ask_of)
    world.answer(race, "sim/x", "sim/y")

    assert world.texts(race) == [["I am sim/x", "I am sim/y"]] * 2
    assert world.provider.scripts["sim/y"].requests[1].messages == (
        Message("user", "hi"),
        Message("assistant", "I am sim/y"),
        Message("user", "more"),
    )


def test_no_follow_up_while_a_lane_answers(world: World) -> None:
    race = world.begin()
    world.answer(race, "sim/x")

    with pytest.raises(MessageRefused, match="busy"):
        world.comparing.follow_up("ann", race.id, "more", world.ask_of)

    assert len(world.opened(race).cells) == 1


def test_a_follow_up_that_nobody_may_be_asked_leaves_no_round_behind(world: World) -> None:
    race = world.answered()
    world.over_budget.update({"sim/x", "sim/y"})
    with pytest.raises(MessageRefused, match="over_budget"):
        world.comparing.follow_up("ann", race.id, "more", world.ask_of)
    assert world.texts(race) == [["I am sim/x", "I am sim/y"]]

    world.over_budget.clear()
    world.comparing.follow_up("ann", race.id, "more", world.ask_of)
    world.answer(race, "sim/x", "sim/y")

    assert world.texts(race) == [["I am sim/x", "I am sim/y"]] * 2


def test_a_lane_that_missed_a_round_goes_on_from_the_one_before(world: World) -> None:
    race = world.answered()
    world.over_budget.add("sim/x")
    world.comparing.follow_up("ann", race.id, "more", world.ask_of)
    world.answer(race, "sim/y")
    world.over_budget.clear()

    world.comparing.follow_up("ann", race.id, "and more", world.ask_of)
    world.answer(race, "sim/x", "sim/y")

    assert world.last_asked("sim/x") == ["hi", "I am sim/x", "and more"]


def test_a_deleted_comparison_stops_what_runs_in_it(world: World) -> None:
    race = world.begin()
    lives = [cell.live for cell in world.opened(race).newest[1] if cell.live]

    world.comparing.delete("ann", race.id)

    assert [wait_end(live).outcome for live in lives] == ["stopped"] * 2
    assert world.comparing.open("ann", race.id) is None


def test_a_lane_is_asked_again_alone(world: World) -> None:
    race = world.answered()

    world.comparing.retry("ann", race.id, [race.lanes[1].id], world.ask_of)

    cells = world.opened(race).newest[1]
    assert [cell.is_running for cell in cells] == [False, True]
    assert [cell.entry.start_s for cell in cells] == [0.0, None]


def test_a_lane_that_joins_later_answers_the_last_prompt_only(world: World) -> None:
    race = world.answered()
    world.comparing.follow_up("ann", race.id, "more", world.ask_of)
    world.answer(race, "sim/x", "sim/y")

    world.comparing.add_lane("ann", race.id, Z, world.ask_of)
    world.answer(race, "sim/z")

    assert [len(cells) for cells in world.opened(race).cells] == [2, 3]
    assert world.provider.scripts["sim/z"].requests[0].messages == (Message("user", "more"),)


@pytest.mark.parametrize("count", [1, 7])
def test_there_are_two_to_six_lanes(world: World, count: int) -> None:
    with pytest.raises(ValueError, match=f"got {count}"):
        world.begin(*[X] * count)

    assert world.store.comparisons.list_newest("ann", 9) == []


def test_a_seventh_lane_is_refused(world: World) -> None:
    race = world.begin(*[X] * 6)

    with pytest.raises(ValueError, match="at most 6"):
        world.comparing.add_lane("ann", race.id, Y, world.ask_of)


def test_a_lane_that_may_not_be_asked_does_not_join(world: World) -> None:
    race = world.answered()
    world.over_budget.add("sim/z")

    with pytest.raises(MessageRefused, match="over_budget"):
        world.comparing.add_lane("ann", race.id, Z, world.ask_of)

    assert world.opened(race).comparison.lanes == race.lanes


def test_blind_lanes_are_shuffled_and_shown_until_reload_in_that_order(world: World) -> None:
    race = world.begin(X, Y, Z, is_blind=True)

    lanes = world.opened(race).comparison.lanes

    assert [lane.setup for lane in lanes] == [Z, Y, X]
    assert lanes == race.lanes


def test_a_vote_counts_once_all_have_answered(world: World) -> None:
    race = world.begin(is_blind=True)
    vote = Vote("best", race.lanes[0].id)

    with pytest.raises(MessageRefused, match="busy"):
        world.comparing.vote("ann", race.id, race.rounds[0].id, vote)
    world.answer(race, "sim/x", "sim/y")
    world.comparing.vote("ann", race.id, race.rounds[0].id, vote)

    assert not world.opened(race).comparison.is_hidden
    assert [ballot.is_blind for ballot in world.store.comparisons.list_ballots("ann", 9)] == [True]


def test_a_vote_for_nobody_of_the_round_is_refused(world: World) -> None:
    race = world.answered(is_blind=True)

    with pytest.raises(MessageRefused, match="unknown"):
        world.comparing.vote("ann", race.id, race.rounds[0].id, Vote("best", "stranger"))

    assert world.opened(race).comparison.is_hidden


def test_a_chat_that_went_on_from_a_lane_does_not_disturb_its_follow_up(world: World) -> None:
    race = world.answered()
    lane = race.lanes[0]
    chat = world.comparing.turns.begin("ann", lane.id, "as a chat", Ask("sim/x", 9))
    world.provider.scripts["sim/x"].say(TextDelta("chatting"), FINISHED)
    wait_end(chat)

    world.comparing.follow_up("ann", race.id, "more", world.ask_of)
    world.answer(race, "sim/x", "sim/y")

    assert world.last_asked("sim/x") == ["hi", "I am sim/x", "more"]


def test_a_lanes_deleted_chat_leaves_a_gap(world: World) -> None:
    race = world.answered()

    world.store.delete("ann", race.lanes[0].id)

    assert [cell.is_here for cell in world.opened(race).newest[1]] == [False, True]
    assert world.texts(race) == [[None, "I am sim/y"]]


def test_nobody_opens_or_goes_on_with_anothers_comparison(world: World) -> None:
    race = world.answered()

    assert world.comparing.open("bob", race.id) is None
    with pytest.raises(MessageRefused, match="unknown"):
        world.comparing.follow_up("bob", race.id, "more", world.ask_of)


def test_what_cannot_be_saved_is_not_asked(world: World) -> None:
    world.store.close()  # and a database in memory is gone with it

    with pytest.raises(StoreError):
        world.begin()

    assert world.provider.scripts == {}


def test_a_comparison_that_may_not_ask_at_all_leaves_nothing_behind(world: World) -> None:
    world.refused.add("sim/y")

    with pytest.raises(MessageRefused, match="over_budget"):
        world.begin()

    assert world.store.comparisons.list_newest("ann", 9) == []
