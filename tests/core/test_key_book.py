"""How the keys in use stand: asked once, again after answers, and known by fingerprint only."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chat.errors import ConnectionLost, InvalidKey, OutOfCredits, Refused, TimedOut
from chat.key_book import KNOWN, SETTLE_S, KeyBook, KeyInfo, Verdict, check_of
from chat.messages import Secret

KEY = Secret("sk-or-v1-" + "a1" * 32)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = KeyInfo("sk-or-v1-a1a...1a1", 10.0, 9.5)


@dataclass
class Desk:
    """OpenRouter's side, and the book that asks it; the test's own loop does the asking."""

    answer: KeyInfo | Exception = GOOD
    asked: list[Secret] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = KeyBook(self.spawn, self.describe, lambda: NOON, self.sleep)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    async def describe(self, key: Secret) -> KeyInfo:
        self.asked.append(key)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)

    async def settle(self) -> None:
        await asyncio.gather(*self.tasks)


async def test_the_first_look_asks_and_does_not_wait() -> None:
    desk = Desk()

    first = desk.book.look(KEY)
    await desk.settle()

    assert (first.verdict, first.is_pending) == ("checking", True)
    assert (desk.book.look(KEY).verdict, desk.book.look(KEY).info) == ("usable", GOOD)
    assert desk.asked == [KEY]


async def test_after_an_answer_it_is_asked_again_and_shows_the_old_figures_meanwhile() -> None:
    desk = Desk()
    desk.book.look(KEY)
    await desk.settle()
    desk.answer = KeyInfo(GOOD.label, 10.0, 9.25)

    desk.book.has_spent(KEY)
    meanwhile = desk.book.look(KEY)
    await desk.settle()

    assert (meanwhile.info, meanwhile.is_pending) == (GOOD, True)
    assert desk.book.look(KEY).info == desk.answer
    assert desk.slept_s == [0.0, SETTLE_S]


async def test_a_key_that_nobody_looks_at_is_not_asked_about() -> None:
    desk = Desk()

    desk.book.has_spent(KEY)

    assert desk.tasks == []


async def test_a_forgotten_key_leaves_nothing() -> None:
    desk = Desk()
    desk.book.look(KEY)
    await desk.settle()

    desk.book.forget(KEY)

    assert desk.book.look(KEY).verdict == "checking"
    await desk.settle()


async def test_the_book_holds_no_key_and_not_more_than_it_may() -> None:
    desk = Desk()
    for number in range(KNOWN + 5):
        desk.book.look(Secret(f"{KEY.value}{number}"))
    await desk.settle()

    entries = vars(desk.book)["_entries"]
    assert len(entries) == KNOWN
    assert KEY.value not in repr(vars(desk.book))
    assert all(len(mark) == 16 and KEY.value.encode() not in mark for mark in entries)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (InvalidKey("User not found.", status=401), "wrong"),
        (InvalidKey("This API key is disabled.", status=401), "disabled"),
        (InvalidKey("This API key has expired.", status=401), "expired"),
        (Refused("Key limit exceeded.", status=403), "exhausted"),
        (Refused("No.", status=403), "unchecked"),
        (Refused("This API key is disabled.", status=403), "disabled"),
        (OverflowError("what nobody thought of"), "unchecked"),
        (OutOfCredits("Negative balance.", status=402), "exhausted"),
        (ConnectionLost(), "unchecked"),
        (TimedOut(), "unchecked"),
        (KeyInfo("k", 5.0, 0.0), "exhausted"),
        (KeyInfo("k", 5.0, -0.2), "exhausted"),
        (KeyInfo("k", expires_at=NOON - timedelta(seconds=1)), "expired"),
        (KeyInfo("k", expires_at=NOON + timedelta(days=1)), "usable"),
        (KeyInfo("k", is_management=True), "management"),
        (KeyInfo("k"), "usable"),
    ],
)
async def test_each_answer_has_its_verdict(answer: KeyInfo | Exception, verdict: Verdict) -> None:
    desk = Desk(answer)
    desk.book.look(KEY)
    await desk.settle()

    assert desk.book.look(KEY).verdict == verdict


async def test_what_was_known_stays_when_it_cannot_be_asked_again() -> None:
    desk = Desk()
    desk.book.look(KEY)
    await desk.settle()
    desk.answer = ConnectionLost()

    desk.book.ask_again(KEY)
    await desk.settle()

    assert desk.book.look(KEY).info == GOOD


def test_a_key_without_a_limit_is_usable() -> None:
    assert check_of(KeyInfo("k", None, None), NOON).verdict == "usable"
