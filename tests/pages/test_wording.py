"""Every failure has its sentence, its line and its button; no page is drawn here."""

from dataclasses import replace
from typing import get_args

import pytest

from chat.errors import BROKE_OFF, Failure, FailureKind
from chat.simulator.scenario import AVAILABILITY
from chat.ui.explanation import Action
from chat.ui.reasons import WHY_NOBODY, reset_line
from chat.ui.wording import explain

KINDS = get_args(FailureKind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("has_text", [False, True])
def test_every_kind_is_explained_in_one_sentence_one_line_and_one_button(
    kind: FailureKind, has_text: bool
) -> None:
    said = explain(Failure(kind), has_text=has_text)

    assert said.happened.endswith(".")
    assert said.happened.count(".") == 1
    assert 10 < len(said.to_do) < 90
    assert said.action in get_args(Action)


def test_no_two_kinds_are_said_in_the_same_words() -> None:
    assert len({explain(Failure(kind)).happened for kind in KINDS}) == len(KINDS)


def test_every_reason_for_no_endpoint_has_plain_words() -> None:
    assert set(WHY_NOBODY) == set(AVAILABILITY)


@pytest.mark.parametrize("reason", AVAILABILITY)
def test_a_reason_is_said_instead_of_the_kind(reason: str) -> None:
    said = explain(Failure("no_endpoint", "upstream words", reason=reason))

    assert said.happened == WHY_NOBODY[reason][0]
    assert "_" not in said.happened + said.to_do


def test_an_answer_that_took_too_long_says_after_how_long_it_was_stopped() -> None:
    said = explain(Failure("total_timeout", "Stopped after 1,800 s."), has_text=True)

    assert said.happened == "Stopped after 1,800 s: this server waits no longer."
    assert said.action == "continue"


def test_a_connection_that_was_there_and_broke_is_not_one_that_cannot_be_made() -> None:
    broken = explain(Failure("connection_lost", "words", error_type=BROKE_OFF), has_text=True)

    assert broken.happened == "The connection to the provider broke off."
    assert explain(Failure("connection_lost")).happened == "The provider cannot be reached."


def test_the_upstreams_words_are_part_of_the_sentence() -> None:
    said = explain(Failure("rejected", "temperature:\n  too high."))

    assert said.happened == "The provider did not accept this request: temperature: too high."


def test_our_own_words_are_not_said_twice() -> None:
    failure = Failure("interrupted", "The stream ended without a finish reason.")

    assert explain(failure) == explain(replace(failure, detail=""))


@pytest.mark.parametrize("kind", ["connection_lost", "timed_out", "model_unavailable"])
def test_an_answer_that_has_begun_is_continued_and_one_that_has_not_is_retried(
    kind: FailureKind,
) -> None:
    assert explain(Failure(kind)).action == "retry"
    assert explain(Failure(kind), has_text=True).action == "continue"
    assert "kept" in explain(Failure(kind), has_text=True).to_do


def test_an_account_that_can_pay_for_nothing_is_not_offered_fewer_tokens() -> None:
    some = explain(Failure("out_of_credits", affordable_tokens=3919))
    nothing = explain(Failure("out_of_credits", affordable_tokens=0))

    assert "3,919 tokens" in some.happened
    assert (some.action, nothing.action) == ("lower_max_tokens", "choose_model")


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (None, "at 00:00 UTC"),
        (1_771_372_800 - 30, "at 00:00 UTC, in 1 min"),
        (1_771_372_800 - 5 * 3600 - 60, "at 00:00 UTC, in 5 h 1 min"),
    ],
)
def test_a_reset_is_said_in_hours_and_minutes(now: float | None, line: str) -> None:
    assert reset_line(1_771_372_800, now) == line


def test_a_wait_is_said_in_whole_seconds() -> None:
    assert "Wait 3 s" in explain(Failure("rate_limited", retry_after_s=2.2)).to_do
