"""How often a frame is painted, how long text waits, and what it all sends."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from chat.markdown_parser import parse_blocks
from chat.pacing import FRAME_S, LARGE_CHARS, PATIENCE_S, STALL_S, WORTH, WORTH_LARGE, Frames, Pacer
from chat.segments import Action, Seal, Segmenter

SENTENCE = "The quick brown fox jumps over the lazy dog while rain falls on the quiet town. "
PROSE = "".join(SENTENCE * times + "\n\n" for times in [3, 6, 2, 5, 8]) * 6
LIST = (
    "".join(f"{n}. **Step {n}** says what to do and why it is done\n" for n in range(1, 9)) + "\n"
)
CODE = "```python\n" + "    result = compute(first, second)\n" * 16 + "```\n\n"
MIXED = (SENTENCE * 4 + "\n\n## A heading\n\n" + LIST + SENTENCE * 3 + "\n\n" + CODE) * 6
LONG_FENCE = "```python\n" + "    result = compute(first, second)\n" * 2000 + "```\n"
CJK = "中文没有空格的文字，" * 120


class WriteStream:
    """What `st.write_stream` sends: the whole open element for each piece and for each seal."""

    def __init__(self) -> None:
        self.sent_bytes = 0
        self.frames = 0
        self.elements = [""]

    def write(self, actions: list[Action]) -> None:
        self.frames += bool(actions)
        for action in actions:
            if not isinstance(action, Seal):
                self.elements[-1] += action.text
            self.sent_bytes += len(self.elements[-1].encode())
            if isinstance(action, Seal):
                self.elements.append("")


def cut(text: str, sizes: tuple[int, ...] = (4, 7, 5, 6)) -> list[str]:
    """Tokens of 5.5 characters on average, as long as English words with their space."""
    tokens: list[str] = []
    place = 0
    while place < len(text):
        size = sizes[len(tokens) % len(sizes)]
        tokens.append(text[place : place + size])
        place += size
    return tokens


def play(tokens: list[str], rate_tok_s: float, frames: Frames) -> tuple[WriteStream, float]:
    """Streams by a hand-driven clock; gives what was sent and the longest wait in seconds."""
    page, now_s, longest_s, oldest_s = WriteStream(), 0.0, 0.0, math.inf
    for place, token in enumerate([*tokens, ""]):
        arrives_s = place / rate_tok_s
        while (due_s := now_s + frames.wait_s(now_s)) <= arrives_s:
            now_s = due_s
            longest_s, oldest_s = max(longest_s, now_s - oldest_s), math.inf
            page.write(frames.take(now_s))
        now_s = arrives_s
        if token:
            frames.feed(token, now_s)
            oldest_s = min(oldest_s, now_s)
    page.write([*frames.finish(), Seal()])
    return page, longest_s


def sent_times(text: str, rate_tok_s: float) -> float:
    page, _ = play(cut(text), rate_tok_s, Frames())
    assert "".join(page.elements) == text
    return page.sent_bytes / len(text.encode())


def test_the_first_text_is_painted_at_once() -> None:
    assert Pacer().due(5.0, pending_chars=1, tail_chars=1)


def test_nothing_is_painted_when_nothing_is_pending() -> None:
    assert Pacer().wait_s(5.0, pending_chars=0, tail_chars=100) == math.inf
    assert Frames().wait_s(5.0) == math.inf


def test_frames_are_at_least_a_frame_time_apart() -> None:
    pacer = Pacer()
    pacer.paint(1.0)

    assert not pacer.due(1.0 + FRAME_S * 0.9, pending_chars=500, tail_chars=500)
    assert pacer.due(1.0 + FRAME_S * 1.01, pending_chars=500, tail_chars=500)


@pytest.mark.parametrize(
    ("tail_chars", "longest_s"), [(100, FRAME_S), (360, 0.1), (1_440, PATIENCE_S), (4_000, 0.4)]
)
def test_the_wait_grows_with_the_open_element_up_to_a_limit(
    tail_chars: int, longest_s: float
) -> None:
    pacer = Pacer()
    pacer.receive(1.0)
    pacer.paint(1.0)

    assert pacer.wait_s(1.0, pending_chars=1, tail_chars=tail_chars) == pytest.approx(longest_s)


def test_much_pending_text_is_painted_sooner_than_little() -> None:
    pacer = Pacer()
    pacer.paint(1.0)
    pacer.receive(1.04)

    assert pacer.due(1.04, pending_chars=1000 // WORTH + 1, tail_chars=1000)
    assert not pacer.due(1.04, pending_chars=10, tail_chars=1000)


def test_a_very_large_element_is_painted_only_when_it_has_grown_enough() -> None:
    pacer, tail_chars = Pacer(), LARGE_CHARS * 9
    pacer.receive(10.0)
    pacer.paint(1.0)

    assert pacer.due(10.0, pending_chars=tail_chars // WORTH_LARGE, tail_chars=tail_chars)
    assert not pacer.due(10.0, pending_chars=tail_chars // 20, tail_chars=tail_chars)


def test_a_stall_shows_what_has_arrived_however_large_the_element() -> None:
    pacer = Pacer()
    pacer.paint(1.0)
    pacer.receive(1.2)

    assert pacer.wait_s(1.3, pending_chars=1, tail_chars=100_000) == pytest.approx(STALL_S - 0.1)


@given(chars=st.tuples(st.integers(1, 5_000), st.integers(0, 90_000)), passed_s=st.floats(0.0, 1.0))
def test_a_frame_is_due_exactly_when_the_wait_is_over(
    chars: tuple[int, int], passed_s: float
) -> None:
    pacer, (pending, painted) = Pacer(), chars
    pacer.paint(0.0)
    pacer.receive(0.0)

    wait_s = pacer.wait_s(passed_s, pending, painted + pending)

    assert pacer.due(passed_s, pending, painted + pending) == (wait_s == 0)
    assert pacer.due(passed_s + wait_s + 1e-9, pending, painted + pending)


def test_a_frame_holds_all_that_waits_and_the_last_one_all_that_was_held_back() -> None:
    frames = Frames()
    frames.feed("para\n\n", 0.0)
    frames.feed("- a\n", 0.0)
    frames.feed("-", 0.0)

    page = WriteStream()
    page.write(frames.take(0.0))
    page.write(frames.finish())

    assert page.elements == ["para\n\n", "- a\n-"]
    assert frames.wait_s(0.0) == math.inf


@pytest.mark.parametrize("text", [PROSE, MIXED, CJK], ids=["prose", "mixed", "cjk"])
@pytest.mark.parametrize("rate_tok_s", [100, 300])
def test_an_ordinary_answer_sends_at_most_eight_times_its_text(
    text: str, rate_tok_s: float
) -> None:
    assert sent_times("".join(cut(text)[:2000]), rate_tok_s) <= 8


@pytest.mark.parametrize("rate_tok_s", [100, 300])
def test_a_fence_of_2000_lines_sends_at_most_twelve_times_its_text(rate_tok_s: float) -> None:
    assert sent_times(LONG_FENCE, rate_tok_s) <= 12


def test_a_long_answer_sends_no_more_for_each_character_than_a_short_one() -> None:
    assert sent_times(MIXED * 4, 100) <= 1.05 * sent_times(MIXED, 100)


def test_an_answer_that_arrives_at_once_is_sent_at_most_four_times() -> None:
    assert sent_times(MIXED, 1e6) <= 4


@pytest.mark.parametrize("rate_tok_s", [5, 20, 50, 100, 300])
def test_no_word_of_an_ordinary_answer_waits_long_at_any_rate(rate_tok_s: float) -> None:
    _, longest_s = play(cut(MIXED)[:2000], rate_tok_s, Frames())

    assert longest_s <= 0.2


def test_there_are_at_most_thirty_frames_a_second() -> None:
    tokens = cut(MIXED)

    page, _ = play(tokens, 1000, Frames())

    assert page.frames <= len(tokens) / 1000 / FRAME_S + 2


def counting_parser(sizes: list[int]) -> Callable[[str, dict[str, Any]], list[Token]]:
    def parse(text: str, findings: dict[str, Any]) -> list[Token]:
        sizes.append(len(text))
        return parse_blocks(text, findings)

    return parse


@pytest.mark.parametrize("text", [PROSE, MIXED, LONG_FENCE], ids=["prose", "mixed", "fence"])
def test_a_token_costs_the_parser_little_however_long_the_answer(text: str) -> None:
    sizes: list[int] = []
    tokens = cut(text)

    play(tokens, 100, Frames(Segmenter(counting_parser(sizes))))

    assert len(sizes) <= 0.3 * len(tokens)
    assert max(sizes) <= 1000
