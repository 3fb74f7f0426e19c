"""A recorded answer once more: the same events in the same rhythm, at any speed, from any moment.

It fills a `LiveReply` of its own, so that it is read and drawn as a running answer is. In no
registry and in no store.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from chat.events import Logged
from chat.live import LiveReply
from chat.ports import Clock
from chat.recorded_log import TICK_S

Sleep = Callable[[float], Awaitable[None]]


class Replay:
    """One answer's replay, while it plays.

    Args:
        log: What was recorded, its ending included.
        names: Reply id, owner, conversation id and model, which its own log carries.
        clock: Monotonic, in seconds.
        speed: 1 is real time.
        from_s: Where it begins, in seconds since the request; what came before is there at once.
    """

    def __init__(
        self,
        log: Sequence[Logged],
        names: tuple[str, str, str, str],
        clock: Clock,
        speed: float = 1.0,
        from_s: float = 0.0,
    ) -> None:
        self._log = log
        self._clock = clock
        self._speed = speed
        self._from_s = from_s
        self._began_s = clock()
        self._pinned_s: float | None = None
        self._is_wanted = True
        self.live = LiveReply(*names, self._now_s)

    @property
    def length_s(self) -> float:
        """How long the answer took, in seconds."""
        return length_of(self._log)

    @property
    def position_s(self) -> float:
        """Where it is, in seconds since the request."""
        played_s = (self._clock() - self._began_s) * self._speed
        return min(self._from_s + played_s, self.length_s)

    async def run(self, sleep: Sleep = asyncio.sleep) -> None:
        """Plays until the end, or until it is stopped."""
        zero_s = self._log[0].at_s if self._log else 0.0
        for entry in self._log:
            at_s = entry.at_s - zero_s
            while self._is_wanted and (wait_s := (at_s - self.position_s) / self._speed) > 0:
                await sleep(wait_s)
            if not self._is_wanted:
                return
            # Stamped with the moment it had, not with the one at which this came to it.
            self._pinned_s = at_s
            self.live.append(entry.event)
            self._pinned_s = None

    def stop(self) -> None:
        """Ends it where it is; what has been played stays in its log."""
        self._is_wanted = False

    def _now_s(self) -> float:
        return self.position_s if self._pinned_s is None else self._pinned_s


def length_of(log: Sequence[Logged]) -> float:
    """How long a recorded answer took, in seconds."""
    return log[-1].at_s - log[0].at_s if log else 0.0


def until(log: Sequence[Logged], at_s: float) -> list[Logged]:
    """What of a recorded answer was there so many seconds after its request."""
    return [entry for entry in log if entry.at_s - log[0].at_s <= at_s + TICK_S]
