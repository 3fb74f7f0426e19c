"""What the metrics page asks of many replies, and what it is told; values only.

How the sums are made is in `chat.stores`. Figures are measured or absent: one that no reply has is
None. Percentiles are exact, interpolated between the two nearest replies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal, Protocol

from chat.conversations import ReplyRecord

EVERYBODY = ""
"""Stands where an owner does, for the replies of all; no visitor is called so."""
UNNAMED = ""
"""Stands where an upstream provider does, for replies of which none is known."""

SortBy = Literal["started_at", "ttft_s", "tok_s", "total_s", "tokens", "cost_usd"]


@dataclass(frozen=True, slots=True)
class View:
    """Which of the replies that were read are looked at.

    Attributes:
        models: Of these models, as they were asked for; empty for any.
        providers: Of these upstream providers, `UNNAMED` for not known; empty for any.
        outcomes: That ended so; empty for any.
        zone: The looker's time zone, for hours and weekdays.
    """

    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Totals:
    """The tiles.

    Attributes:
        answers: Number of replies.
        ttft_p50_s: Median time to first token, in seconds.
        ttft_p95_s: Its 95th percentile, in seconds.
        tok_s_p50: Median throughput, in tokens per second.
        cost_usd: Sum of the costs that are known, in USD; None where none is.
        failed: Number of failed replies.
    """

    answers: int = 0
    ttft_p50_s: float | None = None
    ttft_p95_s: float | None = None
    tok_s_p50: float | None = None
    cost_usd: float | None = None
    failed: int = 0

    @property
    def failure_rate(self) -> float | None:
        """Failed ÷ all, from 0 to 1; None where there are none."""
        return self.failed / self.answers if self.answers else None


@dataclass(frozen=True, slots=True)
class Bucket:
    """A piece of the time looked at; the pieces are equally long and follow each other.

    Percentiles are rolling: over this piece and the ones just before it.

    Attributes:
        begins_at: Its beginning (UTC).
        ends_at: Its end (UTC).
        answers: Number of replies in it.
        failed: How many of them failed.
        cost_usd: Sum of their known costs, in USD.
        ttft_p50_s: In seconds.
        ttft_p95_s: In seconds.
        tok_s_p50: In tokens per second.
        tok_s_p95: In tokens per second.
    """

    begins_at: datetime
    ends_at: datetime
    answers: int
    failed: int
    cost_usd: float
    ttft_p50_s: float | None
    ttft_p95_s: float | None
    tok_s_p50: float | None
    tok_s_p95: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """One reply of the sample that is drawn."""

    started_at: datetime
    model: str
    outcome: str
    ttft_s: float | None
    tok_s: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """5th, 25th, 50th, 75th and 95th percentile."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One model's replies.

    Attributes:
        ttft_s: In seconds, or None.
        tok_s: In tokens per second, or None.
    """

    model: str
    totals: Totals
    ttft_s: Spread | None
    tok_s: Spread | None


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the week in the looker's time zone.

    Attributes:
        weekday: 0 for Monday to 6.
        hour: 0 to 23.
        answers: Number of replies.
        ttft_p50_s: Their median time to first token, in seconds.
    """

    weekday: int
    hour: int
    answers: int
    ttft_p50_s: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that is drawn of a view, but the table.

    Attributes:
        totals: Of all.
        before: Of the same length of time just before; None where the view has no beginning.
        buckets: At most `stores.figure_sums.BUCKETS`, oldest first; they begin with the first reply
            of the time, whether the view leaves it or not.
        points: A sample of the replies, evenly taken, oldest first.
        models: The most used models first, at most `stores.figure_sums.MODELS`.
        failures: Number of failed replies by kind, the most frequent first.
        hours: Hours of the week that have replies.
    """

    totals: Totals = Totals()
    before: Totals | None = None
    buckets: tuple[Bucket, ...] = ()
    points: tuple[Point, ...] = ()
    models: tuple[ModelFigures, ...] = ()
    failures: tuple[tuple[str, int], ...] = ()
    hours: tuple[Hour, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to filter by, in order of the alphabet."""

    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()


class Reading(Protocol):
    """An owner's replies of some time, as they are at one moment; in memory, so soon let go of."""

    @property
    def known(self) -> Known:
        """What the replies of that time can be filtered by."""
        ...

    def summarise(self, view: View) -> Summary:
        """Sums those replies up that the view leaves."""
        ...

    def first(
        self, view: View, limit: int, sort: SortBy = "started_at", *, ascending: bool = False
    ) -> Sequence[int]:
        """The numbers of the first replies in an order; unknown figures last."""
        ...


class Figures(Protocol):
    """Where figures of many replies come from: ended ones that are not deleted.

    Calls block.

    Raises:
        StoreError: from every call, when the database cannot do it now.
    """

    def read(self, owner: str, since: datetime | None, until: datetime) -> Reading:
        """The replies that began between two moments, and as long before.

        Args:
            owner: Whose; `EVERYBODY` for the operator.
            since: Then or later; None from the first one on.
            until: Before then.
        """
        ...

    def load(self, owner: str, numbers: Sequence[int]) -> list[ReplyRecord]:
        """The replies of these numbers, in this order, texts left out."""
        ...

    def newest_change(self, owner: str, since: datetime) -> str:
        """Something short that is another one after a reply has ended.

        Args:
            owner: Whose.
            since: The reply began then or later. The same one each time: replies that grow too old
                for a later one would look like a change.
        """
        ...

    def pack(self, *, for_everybody: bool) -> int:
        """Prepares past days, so that they are read quickly; gives their number."""
        ...
