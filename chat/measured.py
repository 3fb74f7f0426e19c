"""What is kept about answers beside what they said: how pages painted them, what is usual.

The port that a store fills, and the comparison of an answer with its owner's earlier ones.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from chat.conversations import ReplyRecord
from chat.errors import StoreError
from chat.measures import PaintFigures, UpstreamSays

LEAST_ANSWERS = 5
"""Fewer than these have no median worth naming."""
SLOW = 1.5
"""From this many times the median on an answer is called slow."""
KEPT_S = 30.0
KEPT_MEDIANS = 500


@dataclass(frozen=True, slots=True)
class Usual:
    """Medians over an owner's newest completed answers of one model.

    Attributes:
        answers: How many they are over.
        ttft_s: Of the times to the first token, in seconds.
        tok_s: Of the throughputs.
    """

    answers: int = 0
    ttft_s: float | None = None
    tok_s: float | None = None


class Measured(Protocol):
    """Where those are kept; every call sees only one owner's.

    Raises:
        StoreError: from every call, when the database cannot do it now.
    """

    def save_painted(self, owner: str, reply_id: str, painted: PaintFigures) -> None:
        """Writes how a browser showed a reply; an unknown or foreign one is passed over."""
        ...

    def save_says(self, owner: str, reply_id: str, says: UpstreamSays) -> None:
        """Writes what the upstream says of a reply; likewise."""
        ...

    def load_reply(self, owner: str, reply_id: str) -> ReplyRecord | None:
        """An ended reply with its text; None where the owner has no such one to be seen."""
        ...

    def usual(self, owner: str, model: str) -> Usual:
        """What the owner's answers of a model take."""
        ...


class Medians:
    """`Measured.usual`, asked at most twice a minute for each owner and model.

    Args:
        measured: Where it is asked.
        clock: Monotonic, in seconds.
    """

    def __init__(self, measured: Measured, clock: Callable[[], float]) -> None:
        self._measured = measured
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[float, Usual]] = OrderedDict()

    def usual(self, owner: str, model: str) -> Usual:
        """The medians; while the store is away nothing is usual."""
        key, now_s = (owner, model), self._clock()
        with self._lock:
            at_s, held = self._kept.get(key, (now_s - KEPT_S, Usual()))
        if now_s - at_s < KEPT_S:
            return held
        try:
            found = self._measured.usual(owner, model)
        except StoreError:
            found = Usual()
        with self._lock:
            self._kept[key] = (now_s, found)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT_MEDIANS:
                self._kept.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True)
class Slow:
    """How an answer compares with what is usual.

    Attributes:
        times: How many times the median it took.
        what: Of which: the time for a token, or the time to the first one.
    """

    times: float
    what: Literal["token", "start"]


def slowness(usual: Usual, ttft_s: float | None, tok_s: float | None) -> Slow | None:
    """Where an answer is much slower than usual, by whichever it is more; else None.

    Args:
        usual: The medians.
        ttft_s: The answer's time to the first token, in seconds.
        tok_s: Its throughput.
    """
    if usual.answers < LEAST_ANSWERS:
        return None
    found: list[Slow] = []
    if tok_s and usual.tok_s:
        found.append(Slow(usual.tok_s / tok_s, "token"))
    if ttft_s and usual.ttft_s:
        found.append(Slow(ttft_s / usual.ttft_s, "start"))
    worst = max(found, key=lambda slow: slow.times, default=None)
    return worst if worst is not None and worst.times >= SLOW else None
