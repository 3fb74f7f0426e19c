"""The server's key: whom it is lent to, and that a budget is never overdrawn."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from chat.budget import Budget, Price
from chat.fitting import requests_of
from chat.images import Image
from chat.messages import Message, Secret
from chat.refusals import MessageRefused
from chat.server_key import ServerKey, is_local_visit
from chat.setting_values import LentTo
from chat.settings import Settings
from chat.turn import Ask

KEY = Secret("sk-or-v1-" + "5e" * 32)
COST_USD = 0.01
ASK = Ask("a/priced", 1000, budget=Budget(prices={"a/priced": Price(0.0, 10.0)}))
PROMPT = (Message("user", "four" * 1000),)
MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass
class World:
    """A server key with ten answers a day for all, four for one visitor."""

    lent_to: LentTo = "visitors"
    before: Mapping[str | None, float] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)
    now: datetime = MORNING

    def __post_init__(self) -> None:
        settings = Settings(
            openrouter_api_key=KEY,
            server_key_for=self.lent_to,
            visitor_budget_usd=4 * COST_USD,
            day_budget_usd=10 * COST_USD,
        )
        self.lender = ServerKey(settings, self.spent_before, lambda: self.now)

    def spent_before(self, owner: str | None, since: datetime, until: datetime) -> float:
        assert (since, until) == (MORNING.replace(hour=0), MORNING)
        self.asked.append(owner)
        return self.before.get(owner, 0.0)

    def count(self, owner: str) -> int:
        """How many answers the visitor is lent for until the budget is used up."""
        for number in range(100):
            with suppress(MessageRefused):
                self.spend(owner, f"{owner}-{number}")
                continue
            return number
        raise AssertionError

    def spend(self, owner: str, reply_id: str, ask: Ask = ASK) -> None:
        self.lender.spend(owner, reply_id, ask, requests_of(ask, PROMPT))


@pytest.mark.parametrize(
    ("lent_to", "is_local", "is_given"),
    [
        ("nobody", True, False),
        ("nobody", False, False),
        ("localhost", True, True),
        ("localhost", False, False),
        ("visitors", True, True),
        ("visitors", False, True),
    ],
)
def test_the_setting_says_who_is_lent_it(lent_to: LentTo, is_local: bool, is_given: bool) -> None:
    assert World(lent_to).lender.key_for(is_local=is_local) == (KEY if is_given else None)


@pytest.mark.parametrize(
    ("address", "headers", "is_local"),
    [
        (None, {}, True),
        (None, {"Origin": "http://localhost:8501", "Host": "localhost:8501"}, True),
        ("127.0.0.1", {"origin": "http://127.0.0.1:8501"}, True),
        ("::1", {"origin": "http://[::1]:8501"}, True),
        ("10.0.0.7", {"origin": "http://localhost:8501"}, False),
        (None, {"origin": "https://chat.example"}, False),
        (None, {"Origin": "http://localhost:8501", "X-Forwarded-For": "10.0.0.7"}, False),
        (None, {"X-Real-IP": "10.0.0.7"}, False),
        (None, {"Forwarded": "for=10.0.0.7"}, False),
        (None, {"Origin": "http://localhost:8501", "Host": "chat.example"}, False),
        (None, {"Host": "chat.example"}, False),
        (None, {"Host": "[::1]:8501"}, True),
        (None, {"Origin": "http://[x"}, False),
        (None, {"Host": "localhost", "X-Forwarded-Proto": "https"}, False),
        (None, {"Host": "localhost", "Via": "1.1 caddy"}, False),
        (None, {"Host": "localhost", "CF-Ray": "8f"}, False),
        (None, {"origin": "null"}, False),
        (None, {"origin": "http://localhost.evil.example"}, False),
    ],
)
def test_a_visit_is_local_only_where_nothing_speaks_against_it(
    address: str | None, headers: dict[str, str], is_local: bool
) -> None:
    assert is_local_visit(address, headers) is is_local


def test_a_visitor_and_the_day_each_have_an_end() -> None:
    world = World()

    assert (world.count("ann"), world.count("ben"), world.count("cat")) == (4, 4, 2)
    assert world.lender.left_usd("dan") == 0


def test_what_an_answer_really_cost_takes_the_mosts_place() -> None:
    world = World()
    world.spend("ann", "cheap")
    world.lender.settle("cheap", 0.0)

    assert world.lender.left_usd("ann") == pytest.approx(4 * COST_USD)
    world.spend("ann", "dear")
    world.lender.settle("dear", 1.0)
    assert world.count("ben") == 0


def test_until_then_an_answer_counts_with_the_most_it_can_cost() -> None:
    world = World()
    prices = {"a/cheap": Price(1.0, 4.0), "a/dear": Price(2.0, 8.0)}

    ask = Ask("a/cheap", 1000, fallbacks=("a/dear",), budget=Budget(prices=prices))
    world.spend("ann", "r", ask)

    # 4,000 bytes of prompt are 4,000 tokens at most, and what wraps them.
    most_usd = 4 * COST_USD - (4016 * 2.0 + 1000 * 8.0) / 1e6
    assert world.lender.left_usd("ann") == pytest.approx(most_usd)


def test_a_prompt_in_chinese_and_an_image_count_with_the_most_they_can_cost() -> None:
    world, image = World(), Image("image/png", b"\x89PNG\r\n\x1a\n")
    ask = Ask("a/cheap", 1, budget=Budget(prices={"a/cheap": Price(1.0, 0.0)}))
    requests = requests_of(ask, (Message("user", "看" * 1000, (image,)),))

    world.lender.spend("ann", "r", ask, requests)

    assert world.lender.left_usd("ann") < 4 * COST_USD - (3000 + 16_384) / 1e6


def test_answers_of_visitors_own_keys_count_nowhere() -> None:
    world = World()

    world.lender.settle("not lent for", 1000.0)

    assert world.count("ann") == 4


def test_what_was_spent_before_the_start_is_asked_once() -> None:
    world = World(before={"ann": 3 * COST_USD, None: 8 * COST_USD})

    assert (world.count("ann"), world.count("ben")) == (1, 1)
    assert sorted(map(str, world.asked)) == ["None", "ann", "ben"]


def test_a_new_day_begins_anew() -> None:
    world = World(before={"ann": 4 * COST_USD, None: 4 * COST_USD})
    assert world.count("ann") == 0

    world.now = MORNING + timedelta(days=1)

    assert world.count("ann") == 4


def test_a_refusal_says_why() -> None:
    world = World(before={"ann": 1.0})

    with pytest.raises(MessageRefused, match="over_budget"):
        world.spend("ann", "r")


def test_only_visitors_have_a_budget() -> None:
    assert World("visitors").lender.has_budget
    assert not World("localhost").lender.has_budget


def priced(model: str, *fallbacks: str) -> Ask:
    return Ask(model, 1000, fallbacks=fallbacks, budget=ASK.budget)


def test_an_answer_that_could_cost_more_than_is_left_is_not_begun() -> None:
    world = World()
    dear = Ask("a/dear", 1000, budget=Budget(prices={"a/dear": Price(0.0, 41.0)}))

    with pytest.raises(MessageRefused, match="over_budget"):
        world.spend("ann", "r", dear)

    assert world.count("ann") == 4


def test_of_many_at_once_no_more_are_begun_than_is_left_for() -> None:
    world = World()

    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(world.count, "abcdefgh"))

    assert sum(counts) == 10


@pytest.mark.parametrize("ask", [priced("a/priced:nitro"), priced("a/priced", "local/tiny")])
def test_a_variant_has_its_models_price_and_local_models_have_none(ask: Ask) -> None:
    world = World()

    world.spend("ann", "r", ask)

    assert world.lender.left_usd("ann") == pytest.approx(3 * COST_USD)


@pytest.mark.parametrize(
    "ask", [priced("a/unpriced"), priced("a/priced:online"), priced("a/priced", "a/unpriced")]
)
def test_nothing_is_lent_for_what_has_no_known_price(ask: Ask) -> None:
    with pytest.raises(MessageRefused, match="no_price"):
        World().spend("ann", "r", ask)
