"""How an answer compares with what is usual, and how seldom that is asked."""

from dataclasses import dataclass, field

import pytest

from chat.conversations import ReplyRecord
from chat.errors import StoreError
from chat.measured import KEPT_S, Medians, Slow, Usual, slowness
from chat.measures import PaintFigures, UpstreamSays

USUAL = Usual(5, ttft_s=0.5, tok_s=90.0)


@dataclass
class Book:
    """Counts how often it is asked."""

    fault: StoreError | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def save_painted(self, owner: str, reply_id: str, painted: PaintFigures) -> None:
        raise NotImplementedError

    def save_says(self, owner: str, reply_id: str, says: UpstreamSays) -> None:
        raise NotImplementedError

    def load_reply(self, owner: str, reply_id: str) -> ReplyRecord | None:
        raise NotImplementedError

    def usual(self, owner: str, model: str) -> Usual:
        self.asked.append((owner, model))
        if self.fault is not None:
            raise self.fault
        return USUAL


@pytest.mark.parametrize(
    ("ttft_s", "tok_s", "expected"),
    [
        (0.5, 50.0, Slow(1.8, "token")),  # 90 ÷ 50
        (1.25, 90.0, Slow(2.5, "start")),  # 1.25 ÷ 0.5
        (1.25, 30.0, Slow(3.0, "token")),  # the worse of 2.5 and 3
        (0.7, 70.0, None),  # 1.4 and 1.29: not worth a word
        (0.1, 300.0, None),
        (None, None, None),
        (1.0, None, Slow(2.0, "start")),
    ],
)
def test_slow_is_from_one_and_a_half_times_the_median_on(
    ttft_s: float | None, tok_s: float | None, expected: Slow | None
) -> None:
    assert slowness(USUAL, ttft_s, tok_s) == expected


def test_four_answers_have_no_median_worth_naming() -> None:
    assert slowness(Usual(4, 0.5, 90.0), 9.0, 1.0) is None


def test_the_store_is_asked_again_only_after_a_while() -> None:
    moments_s = iter([0.0, KEPT_S - 1, KEPT_S])
    book = Book()
    medians = Medians(book, lambda: next(moments_s))

    assert [medians.usual("ann", "m") for _ in range(3)] == [USUAL] * 3
    assert book.asked == [("ann", "m")] * 2


def test_each_owner_and_model_has_its_own() -> None:
    book = Book()
    medians = Medians(book, lambda: 0.0)

    for owner, model in (("ann", "m"), ("eve", "m"), ("ann", "n"), ("ann", "m")):
        medians.usual(owner, model)

    assert book.asked == [("ann", "m"), ("eve", "m"), ("ann", "n")]


def test_while_the_store_is_away_nothing_is_usual() -> None:
    assert Medians(Book(StoreError("away")), lambda: 0.0).usual("ann", "m") == Usual()
