"""Who is thought best, from votes: Bradley–Terry strengths with intervals, beside the speeds. Pure.

A vote among several is Luce's choice, of which Bradley–Terry is the case of two: the share of model
m is e^θₘ ÷ Σ e^θ over the lanes. https://doi.org/10.1214/aos/1079120141 (Hunter 2004)
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from chat.comparison import Ballot
from chat.conversations import ReplyRecord

MIDDLE = 1000
"""The score of an average model."""
POINTS = 400 / math.log(10)
"""Points for one unit of θ: as in chess, 400 more are ten times the chance to be called best."""
NORMAL_95 = 1.96
_MOST_STEPS = 100
_LONGEST_STEP = 1.0
_SETTLED = 1e-10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model does in the votes.

    Attributes:
        score: In points; the average of all models is `MIDDLE`.
        low: Lower end of the 95 % interval, in points.
        high: Upper end, likewise.
        votes: How many votes say something of it.
        wins: How often it was called best; of a tie between n lanes each has 1/n.
    """

    model: str
    score: float
    low: float
    high: float
    votes: int
    wins: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the leaderboard: quality by votes, and medians over the answers voted on.

    Attributes:
        answers: How many whole answers the medians are of.
        ttft_s: In seconds; None where it is not known, as the following.
        tok_s: Throughput, in tokens per second.
        cost_usd: Of one answer.
    """

    standing: Standing
    answers: int
    ttft_s: float | None
    tok_s: float | None
    cost_usd: float | None


def leaderboard(ballots: Iterable[Ballot], replies: Iterable[ReplyRecord]) -> list[Line]:
    """The models that were voted on, best first.

    Args:
        ballots: The votes.
        replies: The answers that were voted on.
    """
    whole: dict[str, list[ReplyRecord]] = {}
    for reply in replies:
        if reply.outcome in {"completed", "truncated"}:
            whole.setdefault(reply.model, []).append(reply)
    return [_line(one, whole.get(one.model, [])) for one in standings(ballots)]


def standings(ballots: Iterable[Ballot]) -> list[Standing]:
    """The strength of each model, best first.

    A tie is shared equally: with two lanes it is half a win for each. "All bad" says nothing of who
    is better, nor does a vote between lanes of one model; they are left out. Each model begins with
    one tie against an average one, so that a model that never lost has a score at all.
    """
    told = [ballot for ballot in ballots if _tells(ballot)]
    models = sorted({setup.model for ballot in told for setup in ballot.setups})
    if not models:
        return []
    lanes, shares = _tables(told, models)
    strengths, spread = _fit(lanes, shares)
    votes, wins = (lanes > 0).sum(axis=0), shares.sum(axis=0)
    found = [
        Standing(
            model,
            MIDDLE + POINTS * float(strengths[n]),
            MIDDLE + POINTS * float(strengths[n] - NORMAL_95 * spread[n]),
            MIDDLE + POINTS * float(strengths[n] + NORMAL_95 * spread[n]),
            int(votes[n]),
            float(wins[n]),
        )
        for n, model in enumerate(models)
    ]
    return sorted(found, key=lambda one: (-one.score, one.model))


def _tells(ballot: Ballot) -> bool:
    is_given = ballot.verdict == "tie" or ballot.best is not None
    return is_given and len({setup.model for setup in ballot.setups}) > 1


def _tables(ballots: Sequence[Ballot], models: Sequence[str]) -> tuple[Floats, Floats]:
    """For each vote (row) and model (column): its lanes, and what it got of the one win."""
    lanes = np.zeros((len(ballots), len(models)))
    shares = np.zeros_like(lanes)
    column = {model: n for n, model in enumerate(models)}
    for row, ballot in enumerate(ballots):
        for place, setup in enumerate(ballot.setups):
            lanes[row, column[setup.model]] += 1
            is_best = ballot.best == place
            share = 1 / len(ballot.setups) if ballot.verdict == "tie" else float(is_best)
            shares[row, column[setup.model]] += share
    return lanes, shares


def _fit(lanes: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """The most likely strengths, by Newton's method, and their standard errors (Fisher).

    Both are of the distance to the average of all: nothing is known of strength by itself.
    """
    count = lanes.shape[1]
    strengths = np.zeros(count)
    for _ in range(_MOST_STEPS):
        slope, information = _slope(strengths, lanes, shares)
        step = np.linalg.solve(information, slope)
        strengths += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        if np.abs(step).max() < _SETTLED:
            break
    _, information = _slope(strengths, lanes, shares)
    centre = np.eye(count) - 1 / count
    covariance = centre @ np.linalg.inv(information) @ centre
    return centre @ strengths, np.sqrt(np.diag(covariance))


def _slope(strengths: Floats, lanes: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """The log-likelihood's slope, and the information: its curvature, with the sign turned."""
    weights = lanes * np.exp(strengths)
    chances = weights / weights.sum(axis=1, keepdims=True)
    against_average = 1 / (1 + np.exp(-strengths))
    slope = (shares - chances).sum(axis=0) + 0.5 - against_average
    information = np.diag(chances.sum(axis=0)) - chances.T @ chances
    information += np.diag(against_average * (1 - against_average))
    return slope, information


def _line(standing: Standing, answers: Sequence[ReplyRecord]) -> Line:
    costs = [reply.usage.cost_usd if reply.usage is not None else None for reply in answers]
    return Line(
        standing,
        len(answers),
        _median([reply.timings.ttft_s for reply in answers]),
        _median([reply.throughput_tok_s for reply in answers]),
        _median(costs),
    )


def _median(figures: Iterable[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return median(known) if known else None
