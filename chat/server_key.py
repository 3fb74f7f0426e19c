"""The server's own key: whom it is lent to, and how much of it a day.

What answers cost is counted here, in memory; what they cost before this process began is asked of
the store once. An answer counts with the most it can cost until its cost is known, and keeps that
where it never is. Each process counts its own; a visitor's own key counts nowhere.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from chat.messages import ChatRequest, Secret
from chat.metrics import estimated_tokens
from chat.refusals import MessageRefused
from chat.settings import Settings
from chat.turn import Ask

GUESS_USD = 0.01
"""What an answer counts for where neither its cost nor a price is known."""

SpentBefore = Callable[[str | None, datetime, datetime], float]
"""USD of an owner's answers, or of everybody's, between two moments; asked of the store."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})


def is_local_visit(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether the visitor's browser is on this machine, as far as can be seen.

    Args:
        address: The other end of the connection; None where it is this machine.
        headers: Of the page's WebSocket. A browser names the page's own address in Origin, and a
            proxy in front adds one of the forwarding headers.
    """
    names = {name.lower(): value for name, value in headers.items()}
    origin = names.get("origin")
    is_here = origin is None or urlsplit(origin).hostname in _LOOPBACK
    return (address is None or address in _LOOPBACK) and is_here and not _FORWARDED & names.keys()


def most_usd(ask: Ask, request: ChatRequest) -> float:
    """The most an answer can cost, in USD, by the dearest of the models that may give it."""
    prompt_tokens = estimated_tokens(sum(len(message.text) for message in request.messages))
    prices = ask.budget.prices
    return max(
        prices[model].of(prompt_tokens, ask.max_tokens) if model in prices else GUESS_USD
        for model in (ask.model, *ask.fallbacks)
    )


@dataclass(frozen=True, slots=True)
class _Spent:
    owner: str
    day: datetime
    usd: float


class ServerKey:
    """Lends the server's key within a budget.

    Args:
        settings: Say which key, whom it is lent to, and the budgets a day (UTC). Where it is lent
            to browsers on this machine only, there is no budget.
        spent_before: Asks what was spent before this process began.
        now: The present moment, UTC.
    """

    def __init__(
        self,
        settings: Settings,
        spent_before: SpentBefore,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._key = settings.openrouter_api_key
        self._lent_to = settings.server_key_for
        self._visitor_usd = settings.visitor_budget_usd
        self._day_usd = settings.day_budget_usd
        self._spent_before = spent_before
        self._now = now
        self._began_at = now()
        self._spent: dict[str, _Spent] = {}
        self._before: dict[tuple[str | None, datetime], float] = {}
        self._lock = threading.Lock()

    def key_for(self, *, is_local: bool) -> Secret | None:
        """The key, where this visitor may use it."""
        if self._lent_to == "visitors" or (self._lent_to == "localhost" and is_local):
            return self._key
        return None

    @property
    def has_budget(self) -> bool:
        """Whether what is spent with it is limited."""
        return self._key is not None and self._lent_to == "visitors"

    def left_usd(self, owner: str) -> float:
        """What the visitor may still spend today, in USD.

        Raises:
            StoreError: what was spent before cannot be read now.
        """
        day = self._today()
        mine = self._visitor_usd - self._before_today(owner, day)
        everybodys = self._day_usd - self._before_today(None, day)
        with self._lock:
            today = [spent for spent in self._spent.values() if spent.day == day]
        mine -= sum(spent.usd for spent in today if spent.owner == owner)
        everybodys -= sum(spent.usd for spent in today)
        # Rounded, so that what a sum of fractions leaves over buys no answer.
        return max(0.0, round(min(mine, everybodys), 9))

    def spend(self, owner: str, reply_id: str, ask: Ask, request: ChatRequest) -> None:
        """Counts an answer that is about to begin with the most it can cost.

        Raises:
            MessageRefused: nothing is left today.
            StoreError: as `left_usd`.
        """
        if self.left_usd(owner) <= 0:
            raise MessageRefused("over_budget")
        with self._lock:
            day = self._today()
            self._spent = {key: spent for key, spent in self._spent.items() if spent.day == day}
            self._spent[reply_id] = _Spent(owner, day, most_usd(ask, request))

    def settle(self, reply_id: str, cost_usd: float) -> None:
        """Notes what an answer has cost; one that was not lent for changes nothing."""
        with self._lock:
            spent = self._spent.get(reply_id)
            if spent is not None:
                self._spent[reply_id] = _Spent(spent.owner, spent.day, cost_usd)

    def _today(self) -> datetime:
        return self._now().replace(hour=0, minute=0, second=0, microsecond=0)

    def _before_today(self, owner: str | None, day: datetime) -> float:
        """What was spent today before this process began; it does not change any more."""
        if self._began_at < day:
            return 0.0
        if (owner, day) not in self._before:
            self._before[owner, day] = self._spent_before(owner, day, self._began_at)
        return self._before[owner, day]
