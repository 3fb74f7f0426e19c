"""The leaderboard: examples that were worked out by hand, and what votes may never do."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.comparison import Ballot, LaneSetup, Verdict
from chat.conversations import ReplyRecord
from chat.events import Usage
from chat.leaderboard import MIDDLE, NORMAL_95, POINTS, Standing, leaderboard, standings
from chat.metrics import Timings

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
ANSWER = ReplyRecord("r", "ann", "c", "m", "a", NOON, "completed", timings=Timings(ttft_s=1.0))


def vote(models: str, best: str | None, verdict: Verdict = "best") -> Ballot:
    """A vote among models of one letter each."""
    setups = tuple(LaneSetup(model, 100) for model in models)
    return Ballot("round", setups, verdict, models.index(best) if best else None, NOON, True)


def tie(models: str) -> Ballot:
    return vote(models, None, "tie")


def by_model(ballots: list[Ballot]) -> dict[str, Standing]:
    return {one.model: one for one in standings(ballots)}


def test_one_win_is_worth_what_its_equation_says() -> None:
    # By symmetry θ of the winner is x and of the loser −x, where the slope is nought:
    # 1 − s(2x) + ½ − s(x) = 0 with s(x) = 1 ÷ (1 + e⁻ˣ); with u = eˣ that is u³ = u² + u + 3.
    # Its one real root is 2.13040.
    found = by_model([vote("ab", "a")])

    assert found["a"].score == pytest.approx(MIDDLE + POINTS * math.log(2.1304), abs=0.02)
    assert found["b"].score == pytest.approx(MIDDLE - POINTS * math.log(2.1304), abs=0.02)


def test_many_votes_come_near_the_ratio_of_wins() -> None:
    # Bradley–Terry of two without anything else: the difference of θ is ln(wins ÷ losses).
    found = by_model([vote("ab", "a")] * 3000 + [vote("ab", "b")] * 1000)

    assert found["a"].score - found["b"].score == pytest.approx(POINTS * math.log(3), abs=1)


def test_an_interval_is_as_wide_as_the_information_says() -> None:
    # All equal: each of n votes tells ¼ of the difference, and the tie with an average ¼ of each θ.
    # The half distance of the two then has the information n + ½, by the chain rule.
    found = by_model([tie("ab")] * 10)

    wide = NORMAL_95 * POINTS / math.sqrt(10 + 0.5)
    assert (found["a"].low, found["a"].high) == pytest.approx((MIDDLE - wide, MIDDLE + wide))


def test_a_choice_among_four_is_one_vote_and_not_three() -> None:
    # Each of four equal ones is chosen once: the shares of Luce's choice are ¼ each.
    found = by_model([vote("abcd", best) for best in "abcd"])

    assert [one.score for one in found.values()] == pytest.approx([MIDDLE] * 4)
    assert {(one.votes, one.wins) for one in found.values()} == {(4, 1.0)}


def test_who_never_met_is_compared_through_others() -> None:
    names = [one.model for one in standings([vote("ab", "a"), vote("bc", "b")])]

    assert names == ["a", "b", "c"]


def test_a_tie_is_half_a_win_for_each() -> None:
    tied, traded = by_model([tie("ab")] * 2), by_model([vote("ab", "a"), vote("ab", "b")])

    assert tied == traded


@pytest.mark.parametrize("nothing", [vote("ab", None, "all_bad"), vote("aa", "a"), tie("aa")])
def test_what_says_nothing_changes_nothing(nothing: Ballot) -> None:
    told = [vote("ab", "a"), vote("bc", "b")]

    assert standings([*told, nothing]) == standings(told)
    assert standings([nothing]) == []


def test_two_lanes_of_one_model_are_called_best_twice_as_easily() -> None:
    found = by_model([vote("aab", "a"), vote("aab", "a"), vote("aab", "b")])

    assert found["a"].score == pytest.approx(found["b"].score)


@given(st.lists(st.tuples(st.sampled_from(["ab", "bc", "abc", "ad"]), st.integers(0, 2))))
def test_scores_are_finite_and_average_to_the_middle(rounds: list[tuple[str, int]]) -> None:
    found = standings([vote(models, models[best % len(models)]) for models, best in rounds])

    assert all(math.isfinite(one.low) and one.low < one.score < one.high for one in found)
    assert sum(one.score - MIDDLE for one in found) == pytest.approx(0, abs=1e-6)


def test_an_unbroken_row_of_wins_stays_finite_and_grows_surer() -> None:
    few, many = (by_model([vote("ab", "a")] * count)["a"] for count in (3, 300))

    assert MIDDLE < few.score < many.score < MIDDLE + 2000


def test_beside_the_score_stand_medians_of_whole_answers() -> None:
    paid = replace(ANSWER, usage=Usage(1, 1, cost_usd=0.5))
    slow = replace(ANSWER, timings=Timings(ttft_s=3.0))
    failed = replace(ANSWER, outcome="failed", timings=Timings(ttft_s=99.0))

    best, other = leaderboard([vote("ab", "a")], [paid, slow, failed])

    assert (best.ttft_s, best.cost_usd, best.tok_s, best.answers) == (2.0, 0.5, None, 2)
    assert (other.standing.model, other.answers, other.ttft_s) == ("b", 0, None)
