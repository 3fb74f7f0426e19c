"""What the reports about an answer amount to, by a clock moved by hand."""

from dataclasses import dataclass

from chat.events import Finished, RequestSent, TextDelta
from chat.live import LiveReply
from chat.measures import PaintFigures
from chat.painted import MOST_ANSWERS, MOST_LAGS, PaintBook, Seen


@dataclass
class HandClock:
    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


FIRST = Seen(first_ago_s=0.5)


def running(clock: HandClock, reply_id: str = "r") -> LiveReply:
    live = LiveReply(reply_id, "ann", "c", "sim/x", clock)
    live.append(RequestSent())
    return live


def test_the_first_text_was_painted_when_the_page_says() -> None:
    clock, book = HandClock(), PaintBook()
    live = running(clock)
    book.open(live)
    live.append(TextDelta("Hi"))

    clock.now_s += 2.0
    book.note("ann", "r", FIRST)
    clock.now_s += 2.0
    book.note("ann", "r", FIRST)

    assert book.end("ann", "r") == PaintFigures(ttft_s=1.5)


def test_a_page_that_joins_late_did_not_see_the_first_text() -> None:
    clock, book = HandClock(), PaintBook()
    live = running(clock)
    live.append(TextDelta("Hi"))
    clock.now_s += 5.0
    book.open(live)

    book.note("ann", "r", FIRST)

    assert book.end("ann", "r") is None


def test_an_answer_without_text_was_not_painted() -> None:
    book = PaintBook()
    book.open(running(HandClock()))

    book.note("ann", "r", FIRST)

    assert book.end("ann", "r") is None


def test_the_longest_freeze_counts_and_none_is_longer_than_the_answer() -> None:
    clock, book = HandClock(), PaintBook()
    book.open(running(clock))
    clock.now_s += 3.0

    for freeze_s in (0.2, 9.0, 0.1):
        book.note("ann", "r", Seen(painted_s=2.5, freeze_s=freeze_s))

    assert book.end("ann", "r") == PaintFigures(None, 0.5, 0.5, 3.0)


def test_a_page_clock_that_is_ahead_makes_no_lag_negative() -> None:
    book = PaintBook()
    book.open(running(HandClock()))

    book.note("ann", "r", Seen(painted_s=7.0))

    assert book.end("ann", "r") == PaintFigures(None, 0.0, 0.0)


def test_what_is_ended_is_let_go() -> None:
    book = PaintBook()
    book.open(running(HandClock()))
    book.note("ann", "r", Seen(painted_s=0.0))

    assert book.end("ann", "r") is not None
    assert book.end("ann", "r") is None


def test_reports_without_end_do_not_grow_without_end() -> None:
    book = PaintBook()
    book.open(running(HandClock()))
    for _ in range(MOST_LAGS):
        book.note("ann", "r", Seen(painted_s=0.0))

    book.note("ann", "r", Seen(painted_s=-99.0))

    assert book.end("ann", "r") == PaintFigures(None, 0.0, 0.0)


def test_of_answers_that_nobody_saw_end_the_oldest_are_let_go() -> None:
    book, lives = PaintBook(), [running(HandClock(), f"r{n}") for n in range(MOST_ANSWERS + 2)]
    for live in lives:
        book.open(live)
        book.note("ann", live.id, Seen(painted_s=0.0))
        live.append(Finished("stop"))

    book.open(running(HandClock(), "newest"))

    assert [book.end("ann", live.id) is None for live in lives[:3]] == [True, True, False]
