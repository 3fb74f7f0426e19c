"""Pages pass one at a time; who streams, fails or stands still holds nobody up."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from chat.ui.turnstile import Turnstile

LONG_S = 60.0
SHORT_S = 0.05


def passed(turnstile: Turnstile) -> str:
    with turnstile.passing():
        return "passed"


def wait_at(turnstile: Turnstile, pool: ThreadPoolExecutor) -> Future[str]:
    """Another thread that has come to the turnstile."""
    is_there = Event()

    def come() -> str:
        is_there.set()
        return passed(turnstile)

    coming = pool.submit(come)
    assert is_there.wait(LONG_S)
    return coming


def test_the_next_one_passes_when_the_first_is_through() -> None:
    turnstile = Turnstile(LONG_S)
    with ThreadPoolExecutor() as pool:
        with turnstile.passing():
            second = wait_at(turnstile, pool)
            with pytest.raises(TimeoutError):
                second.result(SHORT_S)
        assert second.result(LONG_S) == "passed"


def test_who_streams_leaves_before_and_once() -> None:
    turnstile = Turnstile(LONG_S)
    with ThreadPoolExecutor() as pool, turnstile.passing():
        turnstile.leave()
        turnstile.leave()
        assert wait_at(turnstile, pool).result(LONG_S) == "passed"


def test_who_waits_for_words_steps_aside_and_stands_in_line_again() -> None:
    turnstile = Turnstile(LONG_S)
    with ThreadPoolExecutor() as pool, turnstile.passing():
        with turnstile.stepping_aside():
            assert wait_at(turnstile, pool).result(LONG_S) == "passed"
        last = wait_at(turnstile, pool)
        with pytest.raises(TimeoutError):
            last.result(SHORT_S)
        turnstile.leave()
        assert last.result(LONG_S) == "passed"


def test_a_page_that_fails_leaves_too() -> None:
    turnstile = Turnstile(LONG_S)
    with pytest.raises(ValueError, match="torn"), turnstile.passing():
        raise ValueError("torn")

    with ThreadPoolExecutor() as pool:
        assert wait_at(turnstile, pool).result(LONG_S) == "passed"


def test_who_stands_still_is_passed_by_and_its_turn_stays_its_own() -> None:
    turnstile = Turnstile(0.01)
    with ThreadPoolExecutor() as pool:
        with turnstile.passing():
            assert wait_at(turnstile, pool).result(LONG_S) == "passed"
            assert wait_at(turnstile, pool).result(LONG_S) == "passed"
        assert wait_at(turnstile, pool).result(LONG_S) == "passed"
