"""Figures of many replies, on every database: exact sums, own rows only, packed or not."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from store_samples import (
    NOON,
    a_conversation,
    a_turn,
    database_url,  # noqa: F401 - a fixture
    ended,
)

from chat.conversations import Conversation
from chat.errors import Failure
from chat.events import Usage
from chat.figures import EVERYBODY, Summary, View
from chat.metrics import Timings
from chat.stores.figure_rows import LEAST_PACKED
from chat.stores.sql import SqlStore
from chat.tree import Tree

DAY = timedelta(days=1)
NOW = NOON + 30 * DAY


@pytest.fixture(name="store")
def opened_store(url: str) -> Iterator[SqlStore]:
    with closing(SqlStore.open(url, now=lambda: NOW)) as store:
        yield store


def a_tree(name: str, at: datetime = NOON, owner: str = "ann", **figures: Any) -> Tree:
    """One ended reply in a conversation of its own."""
    turn = a_turn(name, conversation=f"c-{name}")
    timings = Timings(1.0, decode_s=2.0, total_s=3.0)
    usual: dict[str, Any] = {"outcome": "completed", "timings": timings, "text_chars": 84}
    reply = replace(turn.reply, owner=owner, started_at=at, **(usual | figures))
    return Tree(Conversation(f"c-{name}", owner, "Words", at), (turn.user,), (reply,))


def answer(store: SqlStore, name: str, at: datetime = NOON, **figures: Any) -> None:
    """Keeps one ended reply."""
    store.add_trees([a_tree(name, at, **figures)])


def took(ttft_s: float | None) -> Timings:
    return Timings(ttft_s, decode_s=2.0, total_s=3.0)


def busy_day(store: SqlStore, owner: str = "ann") -> None:
    """As many replies as make a day worth packing, which took 0, 1, 2, … seconds to begin."""
    store.add_trees(
        [
            a_tree(f"{owner}-{n}", NOON + timedelta(seconds=n), owner, timings=took(float(n)))
            for n in range(LEAST_PACKED)
        ]
    )


def summary(store: SqlStore, view: View | None = None, owner: str = "ann") -> Summary:
    return store.figures.read(owner, None, NOW).summarise(view or View())


def names(store: SqlStore, view: View | None = None, owner: str = "ann") -> list[str]:
    numbers = store.figures.read(owner, None, NOW).first(view or View(), 10)
    return [reply.id for reply in store.figures.load(owner, numbers)]


def test_without_replies_nothing_is_known(store: SqlStore) -> None:
    assert summary(store) == Summary()
    assert names(store) == []


def test_the_sums_are_those_of_the_replies(store: SqlStore) -> None:
    for n, ttft_s in enumerate([0.2, 0.4, 1.0]):
        usage = Usage(10, 21, cost_usd=0.25)
        answer(store, f"{n}", NOON + n * timedelta(hours=1), timings=took(ttft_s), usage=usage)
    answer(store, "3", timings=Timings(), outcome="failed", failure=Failure("timed_out"))

    totals = summary(store).totals

    # Between 0.4 and 1.0, at 0.9 of the way: the 95th of three values is the 2.9th.
    assert totals.ttft_p95_s == pytest.approx(0.94)
    assert totals.ttft_p50_s == pytest.approx(0.4)
    assert totals.tok_s_p50 == pytest.approx(10.0)  # (21 - 1) / 2 s
    assert (totals.answers, totals.failed, totals.failure_rate) == (4, 1, 0.25)
    assert totals.cost_usd == pytest.approx(0.75)


def test_a_reply_without_figures_counts_but_has_none(store: SqlStore) -> None:
    answer(store, "x", text_chars=0, timings=Timings())

    found = summary(store)

    assert found.totals.answers == 1
    assert (found.totals.ttft_p50_s, found.totals.tok_s_p50, found.totals.cost_usd) == (None,) * 3
    assert found.models[0].ttft_s is None


@pytest.mark.parametrize("is_packed", [False, True])
def test_filters_leave_what_they_name(store: SqlStore, is_packed: bool) -> None:
    busy_day(store)
    answer(store, "a", model="m/other", upstream_provider="Azure")
    answer(store, "b", model="m/other", outcome="failed", failure=Failure("timed_out"))
    if is_packed:
        assert store.figures.pack(for_everybody=False) == 1

    assert names(store, View(models=("m/other",))) == ["r-b", "r-a"]
    assert names(store, View(models=("m/other",), providers=("",))) == ["r-b"]
    assert names(store, View(providers=("Azure",), outcomes=("completed",))) == ["r-a"]
    assert names(store, View(models=("never/seen",))) == []
    assert summary(store, View(outcomes=("failed",))).failures == (("timed_out", 1),)
    assert store.figures.read("ann", None, NOW).known.models == ("m/other", "sim/x")


def test_a_packed_day_gives_the_same_sums(store: SqlStore) -> None:
    busy_day(store)
    before = summary(store)

    assert store.figures.pack(for_everybody=True) == 2  # Ann's, and everybody's

    assert summary(store) == before
    assert summary(store, owner=EVERYBODY) == before
    assert store.figures.pack(for_everybody=True) == 0


def test_what_is_deleted_is_not_counted_until_it_is_restored(store: SqlStore) -> None:
    busy_day(store)
    store.figures.pack(for_everybody=True)

    store.delete("ann", "c-ann-0")
    store.delete_message("ann", "c-ann-1", "m-ann-1")
    counts = [summary(store, owner=owner).totals.answers for owner in ("ann", EVERYBODY)]
    store.restore("ann", "c-ann-0")
    store.restore_message("ann", "c-ann-1", "m-ann-1")

    assert counts == [LEAST_PACKED - 2] * 2
    assert summary(store).totals.answers == LEAST_PACKED


def test_what_is_gone_for_good_is_not_counted(store: SqlStore) -> None:
    busy_day(store)
    store.figures.pack(for_everybody=False)

    store.delete("ann", "c-ann-0", for_good=True)
    store.figures.pack(for_everybody=False)

    assert summary(store).totals.answers == LEAST_PACKED - 1


def test_a_late_cost_and_a_late_ending_are_counted(store: SqlStore) -> None:
    busy_day(store)
    store.figures.pack(for_everybody=False)

    turn = a_turn("late")
    store.add_turn(turn, a_conversation())
    store.save_replies([ended(turn.reply)])
    store.save_replies([replace(ended(turn.reply), usage=Usage(1, 2, cost_usd=0.5))])

    assert summary(store).totals.answers == LEAST_PACKED + 1
    assert summary(store).totals.cost_usd == pytest.approx(0.5)
    assert store.figures.pack(for_everybody=False) == 1


def test_what_is_handed_over_changes_hands_here_too(store: SqlStore) -> None:
    busy_day(store)
    store.figures.pack(for_everybody=False)

    store.adopt("ann", "account")

    assert summary(store).totals.answers == 0
    assert summary(store, owner="account").totals.answers == LEAST_PACKED


def test_only_the_owners_replies_are_read(store: SqlStore) -> None:
    busy_day(store, owner="bob")
    answer(store, "mine")
    store.figures.pack(for_everybody=True)
    theirs = store.figures.read("bob", None, NOW).first(View(), 1)

    assert names(store) == ["r-mine"]
    assert store.figures.load("ann", theirs) == []
    assert summary(store, owner=EVERYBODY).totals.answers == LEAST_PACKED + 1


def test_the_time_before_is_summed_up_beside_it(store: SqlStore) -> None:
    answer(store, "new", NOW - timedelta(hours=1), timings=took(2.0))
    answer(store, "old", NOW - timedelta(hours=30), timings=took(5.0))
    answer(store, "older", NOW - timedelta(hours=60), timings=took(9.0))

    found = store.figures.read("ann", NOW - DAY, NOW).summarise(View())

    assert found.totals.ttft_p50_s == pytest.approx(2.0)
    assert found.before is not None
    assert found.before.answers == 1
    assert found.before.ttft_p50_s == pytest.approx(5.0)


def test_an_order_has_unknown_figures_last(store: SqlStore) -> None:
    for name, ttft_s in (("a", 3.0), ("b", None), ("c", 1.0)):
        answer(store, name, timings=took(ttft_s))
    reading = store.figures.read("ann", None, NOW)

    up = store.figures.load("ann", reading.first(View(), 3, "ttft_s", ascending=True))
    down = store.figures.load("ann", reading.first(View(), 3, "ttft_s"))

    assert [reply.id for reply in up] == ["r-c", "r-a", "r-b"]
    assert [reply.id for reply in down] == ["r-a", "r-c", "r-b"]


def test_hours_are_those_of_the_lookers_zone(store: SqlStore) -> None:
    # A Wednesday, noon in UTC; in India it is half past five.
    answer(store, "x", NOON, timings=took(0.5))

    hours = summary(store, View(zone=ZoneInfo("Asia/Kolkata"))).hours

    assert [(hour.weekday, hour.hour, hour.answers) for hour in hours] == [(2, 17, 1)]


def test_buckets_follow_each_other_and_hold_everything(store: SqlStore) -> None:
    for n in range(10):
        answer(store, f"{n}", NOON + n * DAY, timings=took(float(n)))

    buckets = store.figures.read("ann", NOW - 30 * DAY, NOW).summarise(View()).buckets

    assert sum(bucket.answers for bucket in buckets) == 10
    assert {late.begins_at - early.begins_at for early, late in pairwise(buckets)} == {
        timedelta(hours=12)
    }
    assert [b.ttft_p50_s for b in buckets if b.answers][:3] == pytest.approx([0.0, 0.5, 1.5])


def test_the_pieces_begin_with_the_first_reply_whatever_the_view_leaves(store: SqlStore) -> None:
    answer(store, "first", NOW - timedelta(minutes=50), model="m/other")
    answer(store, "last", NOW - timedelta(minutes=5))
    reading = store.figures.read("ann", NOW - 30 * DAY, NOW)

    for view in (View(), View(models=("sim/x",))):
        buckets = reading.summarise(view).buckets
        assert buckets[0].begins_at == NOW - timedelta(minutes=50)
        assert buckets[-1].ends_at == NOW


def test_the_axis_of_a_single_reply_is_ten_minutes(store: SqlStore) -> None:
    answer(store, "x", NOW - timedelta(seconds=3))

    for since in (NOW - 30 * DAY, None):
        buckets = store.figures.read("ann", since, NOW).summarise(View()).buckets
        assert buckets[0].begins_at == NOW - timedelta(minutes=10)


def test_a_recent_ending_is_a_change(store: SqlStore) -> None:
    since = NOW - timedelta(hours=1)
    before = store.figures.newest_change("ann", since)

    answer(store, "x", NOW - timedelta(minutes=1))

    assert store.figures.newest_change("ann", since) != before
    assert store.figures.newest_change("bob", since) == before


def test_that_a_reply_grows_old_is_no_change(url: str) -> None:
    clock = [NOW]
    with closing(SqlStore.open(url, now=lambda: clock[0])) as store:
        answer(store, "x", NOW - timedelta(minutes=1))
        before = store.figures.newest_change("ann", NOW - timedelta(hours=1))

        clock[0] += DAY

        assert store.figures.newest_change("ann", NOW - timedelta(hours=1)) == before


def test_a_name_of_any_length_is_kept_whole(store: SqlStore) -> None:
    answer(store, "x", model="m/" + "x" * 300)

    assert [model.model for model in summary(store).models] == ["m/" + "x" * 300]
