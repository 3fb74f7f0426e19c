"""What every store says was spent: by whom, when, and what counts as free."""

from dataclasses import replace
from datetime import datetime, timedelta

from store_samples import (
    NOON,
    a_conversation,
    a_turn,
    database_url,  # noqa: F401 - a fixture
    opened_store,  # noqa: F401 - likewise
)

from chat.events import Usage
from chat.stores.sql import SqlStore

DAY = timedelta(days=1)
FREE = ("sim/", "local/", "l_b/")


def answered(
    store: SqlStore,
    name: str,
    cost_usd: float | None,
    *,
    owner: str = "ann",
    model: str = "a/b",
    at: datetime = NOON,
) -> None:
    """One answer in a conversation of its own."""
    turn = a_turn(name, conversation=name)
    usage = Usage(10, 20, cost_usd=cost_usd)
    reply = replace(turn.reply, owner=owner, model=model, started_at=at)
    store.add_turn(replace(turn, reply=reply), a_conversation(name, owner))
    store.save_replies([replace(reply, usage=usage, outcome="completed")])


def spent(store: SqlStore, owner: str | None = "ann") -> float:
    return round(store.measured.spent_usd(owner, NOON, NOON + DAY, FREE, guess_usd=0.01), 9)


def test_nothing_was_spent_at_first(store: SqlStore) -> None:
    assert (spent(store), spent(store, None)) == (0, 0)


def test_costs_add_up_and_an_unknown_one_is_guessed(store: SqlStore) -> None:
    answered(store, "a", 0.2)
    answered(store, "b", None)
    answered(store, "c", 0.5, owner="ben")

    assert (spent(store), spent(store, "ben"), spent(store, None)) == (0.21, 0.5, 0.71)


def test_only_the_span_of_time_counts(store: SqlStore) -> None:
    answered(store, "before", 1.0, at=NOON - timedelta(seconds=1))
    answered(store, "after", 1.0, at=NOON + DAY)
    answered(store, "at its start", 0.3, at=NOON)

    assert spent(store) == 0.3


def test_models_that_cost_nothing_do_not_count(store: SqlStore) -> None:
    for number, model in enumerate(["sim/x", "local/x", "l_b/x"]):
        answered(store, str(number), None, model=model)
    answered(store, "other", None, model="lab/x")

    assert spent(store) == 0.01


def test_what_was_deleted_was_spent_all_the_same(store: SqlStore) -> None:
    answered(store, "a", 0.2)
    store.delete("ann", "a")

    assert spent(store) == 0.2
