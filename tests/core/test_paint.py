"""What is known of a page's painting, from its newest report."""

from dataclasses import dataclass

from chat.pacing import BEHIND_S, HIDDEN_S, Load
from chat.paint import REPORT_S, PaintBoard, Painted


@dataclass
class HandClock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_page_that_has_not_reported_is_taken_for_a_quick_one() -> None:
    board = PaintBoard(HandClock(100.0))
    board.open("tab", "r")

    assert board.load("tab", "r") == Load()


def test_the_newest_report_counts() -> None:
    board = PaintBoard(HandClock())
    board.open("tab", "r")

    board.post("tab", "r", Painted(0.7, is_hidden=False))
    board.post("tab", "r", Painted(0.2, is_hidden=False))

    assert board.load("tab", "r") == Load(0.2)


def test_two_tabs_of_one_answer_are_told_apart() -> None:
    board = PaintBoard(HandClock())
    for view in ("front", "back"):
        board.open(view, "r")

    board.post("back", "r", Painted(0.0, is_hidden=True))

    assert board.load("back", "r") == Load(is_hidden=True, readers=2)
    assert board.load("front", "r") == Load(readers=2)


def test_a_page_that_falls_silent_is_behind() -> None:
    clock = HandClock()
    board = PaintBoard(clock)
    board.open("tab", "r")
    board.post("tab", "r", Painted(0.1, is_hidden=False))

    clock.now_s = REPORT_S + 0.5

    assert board.load("tab", "r").lag_s == 0.5


def test_what_nobody_reads_is_not_kept() -> None:
    board = PaintBoard(HandClock())
    board.open("tab", "r")
    board.close("tab", "r")

    board.post("tab", "r", Painted(0.1, is_hidden=True))
    board.open("tab", "r")

    assert board.load("tab", "r") == Load()
    assert board.load("other", "r") == Load()


def test_a_lag_of_few_frames_changes_nothing_and_a_long_one_has_a_limit() -> None:
    assert Load(lag_s=0.14).stretch_s(0.05) == 0.05
    assert Load(lag_s=0.3).stretch_s(0.05) == 0.15
    assert Load(lag_s=30.0).stretch_s(0.05) == BEHIND_S
    assert Load(lag_s=30.0, is_hidden=True).stretch_s(0.05) == HIDDEN_S
