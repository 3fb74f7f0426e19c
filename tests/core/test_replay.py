"""A recorded answer once more, by a clock moved by hand."""

from dataclasses import dataclass, field

import pytest

from chat.events import Event, Finished, Logged, Opened, RequestSent, TextDelta
from chat.replay import Replay, length_of, until

EVENTS: list[tuple[float, Event]] = [
    *((7.0, RequestSent()), (7.5, Opened("gen-1")), (8.0, TextDelta("Hel"))),
    *((10.0, TextDelta("lo")), (11.0, Finished("stop"))),
]
LOG = [Logged(seq, at_s, event) for seq, (at_s, event) in enumerate(EVENTS)]
NAMES = ("r", "ann", "c", "sim/x")


@dataclass
class Time:
    """Passes while it is slept, and notes how long."""

    now_s: float = 50.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, for_s: float) -> None:
        self.slept.append(for_s)
        self.now_s += for_s


async def test_it_takes_as_long_as_the_answer_did() -> None:
    time = Time()
    replay = Replay(LOG, NAMES, time)

    await replay.run(time.sleep)

    assert time.slept == [0.5, 0.5, 2.0, 1.0]
    assert [entry.event for entry in replay.live.read()] == [entry.event for entry in LOG]
    assert replay.live.is_closed


@pytest.mark.parametrize("speed", [2.0, 4.0])
async def test_a_faster_one_takes_a_part_and_keeps_the_moments(speed: float) -> None:
    time = Time()
    replay = Replay(LOG, NAMES, time, speed)

    await replay.run(time.sleep)

    assert sum(time.slept) == 4.0 / speed
    assert [entry.at_s for entry in replay.live.read()] == [0.0, 0.5, 1.0, 3.0, 4.0]


async def test_what_was_before_its_beginning_is_there_at_once() -> None:
    time = Time()
    replay = Replay(LOG, NAMES, time, from_s=2.0)

    await replay.run(time.sleep)

    assert time.slept == [1.0, 1.0]


async def test_one_that_is_stopped_stays_where_it_is() -> None:
    time = Time()
    replay = Replay(LOG, NAMES, time)

    async def sleep(for_s: float) -> None:
        await time.sleep(for_s)
        if replay.position_s >= 1.0:
            replay.stop()

    await replay.run(sleep)

    assert (replay.position_s, len(replay.live.read())) == (1.0, 2)


def test_until_a_moment_are_the_entries_that_had_come() -> None:
    assert [len(until(LOG, at_s)) for at_s in (0.0, 0.9, 1.0, 99.0)] == [1, 2, 3, 5]
    assert length_of(LOG) == 4.0
    assert length_of([]) == 0.0
