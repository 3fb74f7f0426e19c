"""What a stopped answer cost, learned after the stop; or not, where nobody says."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from scripted import PATIENCE_S, wait_end
from turn_world import ASK, World, made_world  # noqa: F401 - the fixture

from chat.errors import ConnectionLost, InternalFault
from chat.events import (
    Event,
    Finished,
    Opened,
    Reconnecting,
    RequestSent,
    TextDelta,
    Usage,
    UsageReported,
)
from chat.late_usage import late_usage
from chat.live import LiveReply
from chat.messages import Secret
from chat.queue import Queue
from chat.room import Room

COUNTED = Usage(prompt_tokens=3, completion_tokens=7, cost_usd=0.0002)
KEY = Secret("sk-or-v1-own")
Answer = Usage | Exception | None
OPENED = Opened(generation_id="gen-1", model="m", upstream_provider="Acme")


@dataclass
class Upstream:
    """Says these answers one after the other, then nothing more."""

    answers: list[Answer]
    asked: list[tuple[str, str, Secret | None]] = field(default_factory=list)

    async def ask(self, model: str, generation_id: str, key: Secret | None) -> Usage | None:
        self.asked.append((model, generation_id, key))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer


def learned(upstream: Upstream, tries: int = 3) -> Usage | None:
    return asyncio.run(late_usage(upstream.ask, "acme/x", "gen-1", KEY, [0.0] * tries))


@pytest.mark.parametrize("before", [[], [None], [None, ConnectionLost()]], ids=len)
def test_it_is_asked_until_the_upstream_knows(before: list[Answer]) -> None:
    upstream = Upstream([*before, COUNTED])

    assert learned(upstream) == COUNTED
    assert upstream.asked == [("acme/x", "gen-1", KEY)] * (len(before) + 1)


@pytest.mark.parametrize("answer", [None, ConnectionLost(), InternalFault()])
def test_where_it_is_never_said_it_stays_unknown_and_the_asking_ends(answer: Answer) -> None:
    upstream = Upstream([answer] * 9)

    assert learned(upstream, tries=4) is None
    assert len(upstream.asked) == 4


def room_of(world: World, upstream: Upstream | None) -> Room:
    ask = upstream.ask if upstream is not None else None
    queue = Queue(world.store, world.turns)
    return Room(
        world.store, world.recorder, world.turns, queue, ask_usage=ask, cost_waits_s=(0.0, 0.0)
    )


def ended(world: World, *events: Event, end: Callable[[LiveReply], object]) -> LiveReply:
    """An answer that said this and was ended so, and is saved."""
    live = world.begin()
    world.provider.say(*events)
    assert live.wait(len(events), PATIENCE_S)
    end(live)
    wait_end(live)
    while world.engine.find(live.id, "ann"):
        pass
    return live


def stopped(world: World, *events: Event) -> LiveReply:
    return ended(world, *events, end=lambda live: world.engine.stop(live.id, "ann"))


def usage_in(world: World, live: LiveReply) -> Usage | None:
    return world.opened(live.conversation_id)[0][-1].reply.usage


def next_cost(world: World) -> Usage:
    """What is saved beside a reply, as soon as it is."""
    while (usage := world.store.saved.get(timeout=PATIENCE_S).usage) is None:
        pass
    return usage


def test_a_stopped_answers_cost_is_saved_beside_what_came(world: World) -> None:
    upstream = Upstream([None, COUNTED])
    live = stopped(world, OPENED, TextDelta("Hel"))

    room_of(world, upstream).after(live)

    assert next_cost(world) == COUNTED
    reply = world.opened(live.conversation_id)[0][-1].reply
    assert (reply.outcome, reply.text, reply.usage) == ("stopped", "Hel", COUNTED)
    assert upstream.asked[0] == (ASK.model, "gen-1", ASK.key)


def test_an_answer_that_broke_off_is_asked_for_part_by_part(world: World) -> None:
    upstream = Upstream([Usage(1, 2, cost_usd=0.5)])
    live = ended(
        world,
        *(OPENED, TextDelta("One,"), Reconnecting(ConnectionLost().failure, 1, 3, 0.0)),
        *(RequestSent(1, "sim/y"), Opened("gen-2"), TextDelta(" two"), UsageReported(COUNTED)),
        end=lambda _live: world.provider.say(Finished("stop")),
    )

    room_of(world, upstream).after(live)

    assert next_cost(world) == Usage(4, 9, cost_usd=0.5002)
    assert [asked[:2] for asked in upstream.asked] == [(ASK.model, "gen-1")]


def test_nobody_is_asked_where_the_answer_brought_its_figures(world: World) -> None:
    upstream = Upstream([COUNTED])
    live = ended(
        world,
        OPENED,
        UsageReported(COUNTED),
        end=lambda _live: world.provider.say(Finished("stop")),
    )

    room_of(world, upstream).after(live)

    assert aside_of(world) == []
    assert upstream.asked == []


def test_nobody_is_asked_about_an_answer_that_had_not_begun(world: World) -> None:
    upstream = Upstream([COUNTED])
    live = stopped(world)

    room_of(world, upstream).after(live)

    assert aside_of(world) == []
    assert upstream.asked == []
    assert usage_in(world, live) is None


def test_a_room_that_can_ask_nobody_leaves_it_unknown(world: World) -> None:
    live = stopped(world, OPENED)

    room_of(world, None).after(live)

    assert aside_of(world) == []
    assert usage_in(world, live) is None


def test_a_cost_that_cannot_be_saved_is_not_worth_a_fault(world: World) -> None:
    upstream = Upstream([COUNTED])
    live = stopped(world, OPENED, TextDelta("Hel"))
    world.store.go_away()

    room_of(world, upstream).after(live)

    assert world.store.refused.get(timeout=PATIENCE_S) == "save_replies"
    world.store.come_back()
    assert usage_in(world, live) is None


def aside_of(world: World) -> list[str]:
    """What the engine's loop does beside answers, once all that was given to it has begun."""

    async def others() -> list[str]:
        await asyncio.sleep(0)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        return [task.get_name() for task in tasks]

    return world.engine.call(others(), PATIENCE_S)
