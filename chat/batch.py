"""What a batch is: many prompts, each for every lane; how far it is, what came of it. Pure.

Each answer is a hidden conversation of one turn. Running them is `chat.batching`, reading prompts
and writing results is `chat.batch_files`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal

from chat.comparison import LaneSetup
from chat.conversations import ReplyRecord

MAX_PROMPTS = 50
AT_ONCE = 4
MOST_AT_ONCE = 8
MAX_TRIES = 3
"""How often an answer that broke off, as a restart lets it, is asked for in all."""

Standing = Literal["waiting", "running", "done"]


@dataclass(frozen=True, slots=True)
class Batch:
    """One of them.

    Attributes:
        setups: The lanes.
        at_once: How many answers may run at the same time.
        is_paused: Whether nothing more is to be asked for now.
    """

    id: str
    owner: str
    created_at: datetime
    setups: tuple[LaneSetup, ...]
    prompts: tuple[str, ...]
    at_once: int = AT_ONCE
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One prompt for one lane.

    Attributes:
        id: Also the id of its conversation.
        prompt: Place of the prompt in the batch.
        lane: Place of the lane.
        message_id: The prompt as it stands in the conversation.
        tries: How often it was asked.
        reply: The newest answer; None before the first.
    """

    id: str
    prompt: int
    lane: int
    message_id: str
    tries: int = 0
    reply: ReplyRecord | None = None

    @property
    def standing(self) -> Standing:
        """Whether it is still to be asked, is being answered, or is done for good."""
        if self.reply is None:
            return "waiting" if self.tries < MAX_TRIES else "done"
        if self.reply.outcome is None:
            return "running"
        broke_off = self.reply.outcome == "interrupted"
        return "waiting" if broke_off and self.tries < MAX_TRIES else "done"

    @property
    def is_whole(self) -> bool:
        """Whether there is an answer that ended well."""
        return self.reply is not None and self.reply.outcome in {"completed", "truncated"}


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of the list of earlier batches."""

    id: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedBatch:
    """A batch as it stands now.

    Attributes:
        items: By prompt, then by lane.
    """

    batch: Batch
    items: tuple[Item, ...]

    @property
    def done(self) -> int:
        """How many answers are there for good, failed ones included."""
        return sum(item.standing == "done" for item in self.items)

    @property
    def running(self) -> int:
        """How many are being written."""
        return sum(item.standing == "running" for item in self.items)

    @property
    def failed(self) -> int:
        """How many are done and have no whole answer."""
        return sum(item.standing == "done" and not item.is_whole for item in self.items)

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to be asked or waited for."""
        return self.done == len(self.items)


@dataclass(frozen=True, slots=True)
class Figures:
    """One figure over the whole answers of a lane: its median and 95th percentile, if any."""

    median: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class LaneResult:
    """What came of a lane.

    Attributes:
        whole: How many whole answers there are.
        failed: How many there will not be.
        cost_usd: Of all of them together; None where one is not known.
    """

    whole: int
    failed: int
    ttft_s: Figures
    tok_s: Figures
    total_s: Figures
    cost_usd: float | None


def results_of(opened: OpenedBatch) -> list[LaneResult]:
    """What came of each lane so far."""
    lanes = range(len(opened.batch.setups))
    return [_result([item for item in opened.items if item.lane == lane]) for lane in lanes]


def time_left_s(opened: OpenedBatch) -> float | None:
    """About how long the rest takes: what is left, each as long as its lane's answers took so far.

    A running answer counts as half. None before the first whole answer.
    """
    took_s: dict[int, list[float]] = {}
    for item in opened.items:
        total_s = item.reply.timings.total_s if item.reply is not None else None
        if item.is_whole and total_s is not None:
            took_s.setdefault(item.lane, []).append(total_s)
    if not took_s:
        return None
    overall_s = median(value for lane in took_s.values() for value in lane)
    middle_s = {lane: median(values) for lane, values in took_s.items()}
    share = {"waiting": 1.0, "running": 0.5, "done": 0.0}
    left_s = [share[item.standing] * middle_s.get(item.lane, overall_s) for item in opened.items]
    return sum(left_s) / min(opened.batch.at_once, max(1, sum(s > 0 for s in left_s)))


def figures_of(values: Iterable[float | None]) -> Figures:
    """Median and 95th percentile (nearest rank) of what is known."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return Figures(None, None)
    return Figures(median(known), known[math.ceil(0.95 * len(known)) - 1])


def _result(items: Sequence[Item]) -> LaneResult:
    whole = [item.reply for item in items if item.is_whole and item.reply is not None]
    costs = [reply.usage.cost_usd if reply.usage is not None else None for reply in whole]
    known = [cost for cost in costs if cost is not None]
    return LaneResult(
        len(whole),
        sum(item.standing == "done" and not item.is_whole for item in items),
        figures_of(reply.timings.ttft_s for reply in whole),
        figures_of(reply.throughput_tok_s for reply in whole),
        figures_of(reply.timings.total_s for reply in whole),
        sum(known) if known and len(known) == len(costs) else None,
    )
