"""The chaos bench: that its comparison can fail, and a small chaos that must lose nothing."""

import random
from argparse import Namespace
from datetime import UTC, datetime

import pytest

from bench.chaos import measure
from bench.chaos_models import random_model
from bench.chaos_report import told_of
from chat.conversations import Outcome, ReplyRecord
from chat.simulator.grammar import read_scenario

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
MEANT = "one two three four"


@pytest.mark.parametrize(
    ("text", "outcome", "sent_chars", "wrong", "lost"),
    [
        (MEANT, "completed", 18, 0, 0),
        ("one two four", "completed", 18, 4, 10),
        ("one two two three four", "completed", 18, 13, 9),
        ("one two", "completed", 18, 0, 11),
        ("one two", "interrupted", 7, 0, 0),
        ("one", "failed", 7, 0, 4),
        ("one", "stopped", 18, 0, 0),
        ("One", "stopped", 18, 3, 0),
        (MEANT + " five", "completed", 18, 5, 0),
    ],
)
def test_what_is_repeated_or_lost_is_counted(
    text: str, outcome: Outcome, sent_chars: int, wrong: int, lost: int
) -> None:
    record = ReplyRecord("r", "ann", "c", "m", "sim/x", NOON, outcome, text)

    told = told_of(record, MEANT, sent_chars)

    assert (told.wrong_chars, told.lost_chars) == (wrong, lost)


@pytest.mark.parametrize(
    ("model", "outcome", "excused", "lost"),
    [
        ("sim/x-reset-at-9-", "failed", ("reset-at", 4), 0),
        ("sim/x-reset-at-9-", "completed", ("", 0), 15),
        ("sim/x", "stopped", ("stopped", 4), 0),
        ("sim/x", "failed", ("", 0), 4),
    ],
)
def test_what_is_excused_is_counted_apart(
    model: str, outcome: Outcome, excused: tuple[str, int], lost: int
) -> None:
    record = ReplyRecord("r", "ann", "c", "m", model, NOON, outcome, "one")

    told = told_of(record, MEANT, 7)

    assert ((told.excused, told.excused_chars), told.lost_chars) == (excused, lost)


def test_every_model_of_the_chaos_is_one_of_the_simulators_and_no_two_are_alike() -> None:
    chances = random.Random(1)  # noqa: S311 - faults, not secrets
    models = [random_model(chances, number) for number in range(500)]

    assert len({read_scenario(model).model for model in models}) == 500
    assert len({read_scenario(model).fault for model in models}) > 50


def test_a_small_chaos_loses_nothing_and_leaves_nothing() -> None:
    report = measure(Namespace(answers=40, at_once=20, seed=11))

    *_, must_be_nought = report.tables
    assert {row[1] for row in must_be_nought.rows} == {"0"}
    assert sum(int(row[1]) for row in report.tables[0].rows) == 40
