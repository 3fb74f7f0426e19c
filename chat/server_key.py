"""The server's own key: whom it is lent to, and how much of it a day.

What answers cost is counted here, in memory; what they cost before this process began is asked of
the store once. An answer counts with the most it can cost until its cost is known, and keeps that
where it never is; one that could cost more than is left is refused before it begins. Each
process counts its own; a visitor's own key counts nowhere.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from chat.budget import Price
from chat.messages import ChatRequest, Secret
from chat.refusals import MessageRefused
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX
from chat.settings import Settings
from chat.token_bounds import most_prompt_tokens
from chat.turn import Ask

GUESS_USD = 0.01
"""What an answer from before this process began counts for where nobody knows its cost."""

_DEARER = "online"
"""The variant that costs more than the model's price: it searches the web for each answer."""

SpentBefore = Callable[[str | None, datetime, datetime], float]
"""USD of an owner's answers, or of everybody's, between two moments; asked of the store."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_PROXIES = frozenset({"forwarded", "via", "x-real-ip", "true-client-ip", "x-client-ip"})
_OF_PROXIES_START = ("x-forwarded", "cf-")


def is_local_visit(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether the visitor's browser is on this machine, as far as can be seen.

    Args:
        address: The other end of the connection; None where it is this machine.
        headers: Of the page's WebSocket. A browser names the page's own address in Origin and in
            Host, and a proxy in front adds headers of its own.
    """
    names = {name.lower(): value for name, value in headers.items()}
    is_forwarded = bool(_OF_PROXIES & names.keys()) or any(
        name.startswith(_OF_PROXIES_START) for name in names
    )
    if is_forwarded or (address is not None and address not in _LOOPBACK):
        return False
    origin, host = names.get("origin"), names.get("host")
    return (origin is None or _is_loopback(origin)) and (host is None or _is_loopback(f"//{host}"))


def _is_loopback(address: str) -> bool:
    try:
        return urlsplit(address).hostname in _LOOPBACK
    except ValueError:
        return False


def most_usd(
    prices: Mapping[str, Price], requests: Sequence[ChatRequest], free: tuple[str, ...] = ()
) -> float | None:
    """The most an answer can cost, in USD, by the dearest of the models that may give it.

    Args:
        prices: By model id.
        requests: What is asked of each of them.
        free: How the ids of models begin that are asked without the server's key.

    Returns:
        None where a price is not known.
    """
    most = 0.0
    for request in requests:
        if request.model.startswith(free):
            continue
        price = _price_of(request.model, prices)
        if price is None:
            return None
        prompt_tokens = most_prompt_tokens(request.messages, request.model)
        most = max(most, price.of(prompt_tokens, request.max_tokens))
    return most


def _price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """The model's own price, else that of the model it is a variant of."""
    plain, *variants = model.split(":")
    return prices.get(model) or (None if _DEARER in variants else prices.get(plain))


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
        own = settings.openrouter_api_key
        self._key = replace(own, is_lent=True) if own is not None else None
        self._lent_to = settings.server_key_for
        self._visitor_usd = settings.visitor_budget_usd
        self._day_usd = settings.day_budget_usd
        others = (f"{endpoint.name}/" for endpoint in settings.endpoints)
        self._free = (LOCAL_PREFIX, SIMULATOR_PREFIX, *others)
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
        before = self._before_today(owner, day), self._before_today(None, day)
        with self._lock:
            return self._left_usd(owner, day, *before)

    def spend(self, owner: str, reply_id: str, ask: Ask, requests: Sequence[ChatRequest]) -> None:
        """Counts an answer that is about to begin with the most it can cost.

        Args:
            owner: The visitor.
            reply_id: The answer.
            ask: Says what models cost.
            requests: What is asked of each model that may give it.

        Raises:
            MessageRefused: less is left today, or nobody knows what it can cost.
            StoreError: as `left_usd`.
        """
        most = most_usd(ask.budget.prices, requests, self._free)
        if most is None:
            raise MessageRefused("no_price")
        day = self._today()
        before = self._before_today(owner, day), self._before_today(None, day)
        # Looked at and counted under one lock: of two at once the second sees the first.
        with self._lock:
            left = self._left_usd(owner, day, *before)
            if left <= 0 or round(most, 9) > left:
                raise MessageRefused("over_budget")
            self._spent = {key: spent for key, spent in self._spent.items() if spent.day == day}
            self._spent[reply_id] = _Spent(owner, day, most)

    def settle(self, reply_id: str, cost_usd: float) -> None:
        """Notes what an answer has cost; one that was not lent for changes nothing."""
        with self._lock:
            spent = self._spent.get(reply_id)
            if spent is not None:
                self._spent[reply_id] = _Spent(spent.owner, spent.day, cost_usd)

    def _left_usd(self, owner: str, day: datetime, mine: float, everybodys: float) -> float:
        """What is left, given what was spent before the start; with the lock held."""
        today = [spent for spent in self._spent.values() if spent.day == day]
        mine += sum(spent.usd for spent in today if spent.owner == owner)
        everybodys += sum(spent.usd for spent in today)
        left = min(self._visitor_usd - mine, self._day_usd - everybodys)
        # Rounded, so that what a sum of fractions leaves over buys no answer.
        return max(0.0, round(left, 9))

    def _today(self) -> datetime:
        return self._now().replace(hour=0, minute=0, second=0, microsecond=0)

    def _before_today(self, owner: str | None, day: datetime) -> float:
        """What was spent today before this process began; it does not change any more."""
        if self._began_at < day:
            return 0.0
        if (owner, day) not in self._before:
            self._before[owner, day] = self._spent_before(owner, day, self._began_at)
        return self._before[owner, day]
