"""Which failures are worth another try, and how long is waited before it."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import Failure, FailureKind
from chat.retry import Policy, may_pass, may_switch

NOW_S = 1_800_000_000.0
BUSY = Failure("rate_limited", status=429)
CHANCES = st.floats(0, 1, exclude_max=True)


def wait_s(
    failure: Failure = BUSY,
    failed: int = 1,
    elapsed_s: float = 0.0,
    chance: float = 0.5,
    policy: Policy | None = None,
) -> float | None:
    return (policy or Policy(total_s=60, base_s=1, cap_s=8)).wait_s(
        failure, failed, 3, elapsed_s, chance=chance, now_epoch_s=NOW_S
    )


def test_the_waits_double_up_to_a_cap() -> None:
    policy = Policy(total_s=99, base_s=1, cap_s=8)

    waits = [
        policy.wait_s(BUSY, failed, 9, 0, chance=0.5, now_epoch_s=NOW_S) for failed in range(1, 7)
    ]

    assert waits == [0.5, 1, 2, 4, 4, 4]


@given(CHANCES, st.integers(1, 3))
def test_a_wait_is_anywhere_between_nothing_and_its_bound(chance: float, failed: int) -> None:
    waited_s = wait_s(failed=failed, chance=chance)

    assert waited_s is not None
    assert 0 <= waited_s <= 2 ** (failed - 1)


@given(CHANCES, st.floats(0, 50))
def test_a_wait_that_was_asked_for_is_kept_and_little_more(chance: float, told_s: float) -> None:
    waited_s = wait_s(Failure("rate_limited", retry_after_s=told_s), chance=chance)

    assert waited_s is not None
    assert told_s <= waited_s <= told_s + 1


def test_a_retry_after_says_when_to_come_back_whatever_the_limits_reset_says() -> None:
    at = Failure("rate_limited", retry_after_s=2, resets_epoch_s=NOW_S + 3600)

    assert wait_s(at, chance=0) == 2


def test_a_reset_is_waited_for_where_nothing_else_was_said() -> None:
    assert wait_s(Failure("rate_limited", resets_epoch_s=NOW_S + 5), chance=0) == 5
    assert wait_s(Failure("rate_limited", resets_epoch_s=NOW_S - 5), chance=0) == 0


def test_the_limit_of_the_day_is_over_with_its_reset_whatever_the_retry_after_says() -> None:
    at = Failure("daily_limit", retry_after_s=2, resets_epoch_s=NOW_S + 7)

    assert wait_s(at, chance=0) == 7


@given(CHANCES, st.floats(0, 70), st.none() | st.floats(0, 70))
def test_no_wait_ends_after_the_total(
    chance: float, elapsed_s: float, told_s: float | None
) -> None:
    waited_s = wait_s(
        Failure("rate_limited", retry_after_s=told_s), elapsed_s=elapsed_s, chance=chance
    )

    assert waited_s is None or elapsed_s + waited_s <= 60


def test_a_longer_wait_than_the_total_means_no_other_try() -> None:
    assert wait_s(Failure("rate_limited", retry_after_s=61)) is None


def test_after_the_last_try_there_is_none() -> None:
    assert wait_s(failed=3) is not None
    assert wait_s(failed=4) is None


@pytest.mark.parametrize(
    "kind",
    [
        "key_missing",
        "invalid_key",
        "out_of_credits",
        "refused",
        "moderated",
        "rejected",
        "too_long",
        "daily_limit",
        "unknown_model",
        "no_endpoint",
        "total_timeout",
        "limit_reached",
        "internal",
    ],
)
def test_what_fails_the_same_way_again_is_not_repeated(kind: FailureKind) -> None:
    assert not may_pass(Failure(kind))


def test_a_daily_cap_is_waited_for_only_where_its_reset_is_near() -> None:
    assert wait_s(Failure("daily_limit", resets_epoch_s=NOW_S + 7), chance=0) == 7
    assert wait_s(Failure("daily_limit", resets_epoch_s=NOW_S + 7000)) is None


def test_a_model_that_is_served_again_soon_is_asked_again() -> None:
    assert may_pass(Failure("no_endpoint", reason="capacity_exhausted"))
    assert not may_pass(Failure("no_endpoint", reason="privacy_restricted"))


def test_a_daily_cap_of_free_models_leads_to_no_other_free_model() -> None:
    assert not may_switch(Failure("daily_limit"), "a/b:free")
    assert may_switch(Failure("daily_limit"), "a/b")


@pytest.mark.parametrize(
    ("kind", "helps"),
    [
        ("overloaded", True),
        ("unknown_model", True),
        ("too_long", True),
        ("invalid_key", False),
        ("out_of_credits", False),
        ("rejected", False),
        ("server_busy", False),
        ("total_timeout", False),
    ],
)
def test_another_model_is_asked_where_the_model_is_at_fault(
    kind: FailureKind, *, helps: bool
) -> None:
    assert may_switch(Failure(kind), "a/b") is helps


def test_every_kind_of_failure_has_a_policy() -> None:
    for kind in get_args(FailureKind):
        assert isinstance(may_pass(Failure(kind)), bool)
        assert not may_pass(Failure(kind)) or may_switch(Failure(kind), "m")
