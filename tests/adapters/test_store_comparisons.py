"""What every store promises of comparisons: lanes that no list shows, rounds, votes, presets."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from store_samples import (
    NOON,
    a_conversation,
    a_turn,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
)

from chat.comparison import Comparison, Entry, Lane, LanePreset, LaneSetup, Round, Vote
from chat.errors import StoreRefused
from chat.parameters import Parameters, Upstreams
from chat.ports import Store
from chat.stores.sql import SqlStore
from chat.stores.upkeep import KEEP_DELETED

WISHES = Parameters(seed=7, upstreams=Upstreams(only=("acme",), max_prompt_usd=2.0))
ONE = Lane("one", LaneSetup("sim/x", 100, 0.5, 0.9, "Be brief.", WISHES))
TWO = Lane("two", LaneSetup("sim/y", 100))
FIRST = Round("first", "Why is  the sky blue?", NOON, (Entry("one", "m-1"), Entry("two", "m-2")))
RACE = Comparison("race", "ann", NOON, True, (ONE, TWO), (FIRST,))
THREE = Lane("three", LaneSetup("sim/z", 100))
JOINED = replace(FIRST, entries=(*FIRST.entries, Entry("three", "m-3")))


def loaded(store: Store, owner: str = "ann") -> Comparison:
    found = store.comparisons.load(owner, "race")
    assert found is not None
    return found


def test_a_comparison_comes_back_as_it_was_saved(store: Store) -> None:
    store.comparisons.add(RACE)

    assert loaded(store) == RACE


def test_nobody_else_sees_a_comparison(store: Store) -> None:
    store.comparisons.add(RACE)

    store.comparisons.delete("bob", "race")
    store.comparisons.keep_as_chat("bob", "one")

    assert store.comparisons.load("bob", "race") is None
    assert store.comparisons.list_newest("bob", 9) == []
    assert not store.comparisons.vote("bob", "first", Vote("tie"), is_blind=True)
    assert store.list_conversations("ann", 9) == []
    assert loaded(store) == RACE


def test_a_stranger_adds_nothing_to_a_comparison(store: Store) -> None:
    store.comparisons.add(RACE)

    with pytest.raises(StoreRefused):
        store.comparisons.add_round("bob", "race", replace(FIRST, id="second"))
    with pytest.raises(StoreRefused):
        store.comparisons.add_lane("bob", "race", THREE, JOINED)

    assert loaded(store) == RACE


def test_the_newest_comparison_is_listed_first_under_its_prompt(store: Store) -> None:
    store.comparisons.add(RACE)
    later = replace(
        RACE,
        id="later",
        created_at=NOON + timedelta(days=1),
        lanes=(THREE,),
        rounds=(replace(FIRST, id="other", text="Other", entries=(Entry("three", "m"),)),),
    )
    store.comparisons.add(later)

    lines = store.comparisons.list_newest("ann", 9)

    assert [(line.id, line.title) for line in lines] == [
        ("later", "Other"),
        ("race", "Why is the sky blue?"),
    ]


def test_what_a_lane_says_is_in_no_list_and_in_no_search(store: Store) -> None:
    store.comparisons.add(RACE)
    turn = a_turn("1", conversation="one")
    store.add_turn(turn, a_conversation("one"))
    store.save_replies([replace(turn.reply, text="Rayleigh", outcome="completed")])

    assert store.list_conversations("ann", 9) == []
    assert store.search("ann", "Rayleigh", 9) == []
    assert [reply.id for reply in store.list_replies("ann", 9)] == [turn.reply.id]


def test_a_lane_that_becomes_a_chat_is_listed(store: Store) -> None:
    store.comparisons.add(RACE)
    store.add_turn(a_turn("1", conversation="one"), a_conversation("one"))

    store.comparisons.keep_as_chat("ann", "one")

    assert [held.id for held in store.list_conversations("ann", 9)] == ["one"]
    assert loaded(store) == RACE


def test_a_lane_joins_a_round(store: Store) -> None:
    store.comparisons.add(RACE)

    store.comparisons.add_lane("ann", "race", THREE, JOINED)

    assert loaded(store) == replace(RACE, lanes=(ONE, TWO, THREE), rounds=(JOINED,))


def test_a_seventh_lane_is_refused_whoever_adds_it(store: Store) -> None:
    store.comparisons.add(RACE)
    further = [Lane(f"lane-{n}", THREE.setup) for n in range(5)]
    for n, lane in enumerate(further[:4]):
        held = replace(FIRST, entries=(Entry(lane.id, f"n-{n}"),))
        store.comparisons.add_lane("ann", "race", lane, held)

    held = replace(FIRST, entries=(Entry(further[4].id, "n-4"),))
    with pytest.raises(StoreRefused):
        store.comparisons.add_lane("ann", "race", further[4], held)

    assert len(loaded(store).lanes) == 6


def test_a_round_and_a_lane_can_be_taken_back_by_their_owner(store: Store) -> None:
    store.comparisons.add(RACE)
    second = Round("second", "And at night?", NOON, (Entry("one", "m-4"), Entry("two", "m-5")))
    store.comparisons.add_lane("ann", "race", THREE, JOINED)
    store.comparisons.add_round("ann", "race", second)
    with pytest.raises(StoreRefused):
        store.comparisons.remove_round("bob", "race", "second")

    store.comparisons.remove_round("ann", "race", "second")
    store.comparisons.remove_lane("ann", "race", "three")

    assert loaded(store) == RACE
    assert store.load_tree("ann", "three") is None


def test_a_further_round_comes_after_the_first(store: Store) -> None:
    store.comparisons.add(RACE)
    second = Round("second", "And at night?", NOON, (Entry("one", "m-4"), Entry("two", "m-5")))

    store.comparisons.add_round("ann", "race", second)

    assert loaded(store).rounds == (FIRST, second)


def test_it_is_kept_when_each_lane_started(store: Store) -> None:
    store.comparisons.add(RACE)

    store.comparisons.save_starts("bob", "first", {"one": 9.0})
    store.comparisons.save_starts("ann", "first", {"one": 0.0, "two": 0.012})

    assert [entry.start_s for entry in loaded(store).rounds[0].entries] == [0.0, 0.012]


def test_the_first_vote_on_a_round_counts_and_reveals(store: Store) -> None:
    store.comparisons.add(RACE)
    assert loaded(store).is_hidden

    assert store.comparisons.vote("ann", "first", Vote("best", "two"), is_blind=True)
    assert not store.comparisons.vote("ann", "first", Vote("tie"), is_blind=True)

    assert loaded(store).rounds[0].vote == Vote("best", "two")
    assert not loaded(store).is_hidden


def test_a_ballot_names_who_took_part_and_who_was_best(store: Store) -> None:
    store.comparisons.add(RACE)
    store.comparisons.vote("ann", "first", Vote("best", "two"), is_blind=True)

    [ballot] = store.comparisons.list_ballots("ann", 9)

    assert (ballot.setups, ballot.best) == ((ONE.setup, TWO.setup), 1)
    assert (ballot.verdict, ballot.is_blind) == ("best", True)
    assert store.comparisons.list_ballots("bob", 9) == []


def test_a_verdict_without_a_best_one_has_no_place(store: Store) -> None:
    store.comparisons.add(RACE)
    store.comparisons.vote("ann", "first", Vote("all_bad"), is_blind=False)

    [ballot] = store.comparisons.list_ballots("ann", 9)

    assert (ballot.verdict, ballot.best, ballot.is_blind) == ("all_bad", None, False)


def test_only_answers_that_were_voted_on_are_told_of(store: Store) -> None:
    store.comparisons.add(RACE)
    turn = a_turn("1", conversation="one")
    store.add_turn(turn, a_conversation("one"))
    store.save_replies([ended(turn.reply)])
    assert store.comparisons.list_voted_replies("ann", 9) == []

    store.comparisons.vote("ann", "first", Vote("tie"), is_blind=True)

    [told] = store.comparisons.list_voted_replies("ann", 9)
    assert (told.id, told.text) == (turn.reply.id, "")
    assert store.comparisons.list_voted_replies("bob", 9) == []


def test_a_deleted_comparison_takes_its_lanes_along_but_no_chat(store: Store) -> None:
    store.comparisons.add(RACE)
    store.comparisons.keep_as_chat("ann", "one")

    store.comparisons.delete("ann", "race")

    assert store.comparisons.load("ann", "race") is None
    assert store.load_tree("ann", "two") is None
    assert store.load_tree("ann", "one") is not None


def test_a_deleted_comparison_is_gone_for_good_a_week_later(url: str) -> None:
    with closing(SqlStore.open(url, now=lambda: NOON)) as store:
        store.comparisons.add(RACE)
        store.comparisons.delete("ann", "race")

    later = NOON + KEEP_DELETED + timedelta(seconds=1)
    with closing(SqlStore.open(url, now=lambda: later)) as store:
        store.comparisons.add(RACE)  # the ids are free again

        assert loaded(store) == RACE


def test_an_account_takes_comparisons_over(store: Store) -> None:
    store.comparisons.add(RACE)
    store.comparisons.save_preset("ann", LanePreset("Mine", (ONE.setup,)))

    assert store.adopt("ann", "account") == 0  # lanes are no conversations to the visitor

    assert loaded(store, "account") == replace(RACE, owner="account")
    assert store.comparisons.list_presets("account") == (LanePreset("Mine", (ONE.setup,)),)


def test_lanes_are_kept_under_a_name(store: Store) -> None:
    store.comparisons.save_preset("ann", LanePreset("B", (ONE.setup,)))
    store.comparisons.save_preset("ann", LanePreset("A", (TWO.setup,)))
    store.comparisons.save_preset("ann", LanePreset("B", (TWO.setup, ONE.setup)))

    assert store.comparisons.list_presets("ann") == (
        LanePreset("A", (TWO.setup,)),
        LanePreset("B", (TWO.setup, ONE.setup)),
    )
    store.comparisons.delete_preset("ann", "B")
    assert [held.name for held in store.comparisons.list_presets("ann")] == ["A"]
    assert store.comparisons.list_presets("bob") == ()
