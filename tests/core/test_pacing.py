"""How often a frame is painted, how long text waits, and what it all sends; no clock but ours."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paced import Page, play

from chat.pacing import (
    BEHIND_S,
    FRAME_S,
    HIDDEN_S,
    LARGE_BYTES,
    PATIENCE_S,
    STALL_S,
    WORTH,
    Frames,
    Load,
    Pacer,
)
from chat.segments import split
from chat.simulator.prose import tokens_of, write

SLACK_S = 0.001
LONG_BLOCKS = {
    "fence": "```python\n"
    + "".join(f"    result_{n} = compute(first, second, {n})\n" for n in range(2_000))
    + "```\n",
    "script": "```js\n" + "".join(f"if (a{n}) {{\n  go({n})\n}}\n" for n in range(700)) + "```\n",
    "table": "| What | Time | Note |\n|---|---:|---|\n"
    + "".join(f"| row {n} of it | {n} ms | some words here |\n" for n in range(500)),
    "numbers": "".join(f"{n}. says what to do with it\n" for n in range(1, 1_001)),
    "bullets": "".join(f"- item {n} says **what** to do\n" for n in range(1_000)),
    "quote": "".join(f"> the fox number {n} jumps over the dog.\n" for n in range(600)),
    "paragraph": "".join(f"The fox number {n} jumps over the lazy dog. " for n in range(700)),
    "cjk": "最初の言葉はすぐに届く、長い回答は一段一段地に出現。" * 400,
    "cjk without a full stop": "最初の言葉はすぐに届く長い回答は一段一段地に出現" * 400,
}
STYLES = ("mixed", "prose", "code", "tables", "lists", "cjk", "emoji")


def painted_pacer(at_s: float = 1.0) -> Pacer:
    pacer = Pacer()
    pacer.receive(at_s, 1)
    pacer.paint(at_s)
    return pacer


def test_the_first_text_is_painted_at_once() -> None:
    assert Pacer().wait_s(5.0, pending_bytes=1, tail_bytes=1) == 0


def test_nothing_is_painted_when_nothing_is_pending() -> None:
    assert Pacer().wait_s(5.0, pending_bytes=0, tail_bytes=100) == math.inf
    assert Frames().wait_s(5.0) == math.inf


@pytest.mark.parametrize(
    ("tail_bytes", "longest_s"), [(1, FRAME_S), (180, 0.05), (300, 0.07), (7_000, PATIENCE_S)]
)
def test_the_wait_grows_with_the_open_element_up_to_a_limit(
    tail_bytes: int, longest_s: float
) -> None:
    wait_s = painted_pacer().wait_s(1.0, pending_bytes=1, tail_bytes=tail_bytes)

    assert wait_s == pytest.approx(longest_s)


def test_a_huge_element_is_painted_only_when_it_has_grown_enough() -> None:
    pacer, tail_bytes = painted_pacer(), 10 * LARGE_BYTES
    pacer.receive(9.9, 1)

    assert pacer.wait_s(10.0, tail_bytes // WORTH + 1, tail_bytes) == 0
    assert pacer.wait_s(10.0, tail_bytes // 20, tail_bytes) == pytest.approx(STALL_S - 0.1)


def test_a_stall_shows_what_has_arrived_however_large_the_element() -> None:
    pacer = painted_pacer()
    pacer.receive(1.2, 1)

    assert pacer.wait_s(1.3, pending_bytes=1, tail_bytes=100_000) == pytest.approx(STALL_S - 0.1)


@given(sizes=st.tuples(st.integers(1, 5_000), st.integers(0, 90_000)), passed_s=st.floats(0.0, 1.0))
def test_a_frame_is_due_exactly_when_the_wait_is_over(
    sizes: tuple[int, int], passed_s: float
) -> None:
    pacer, (pending, painted) = painted_pacer(), sizes

    wait_s = pacer.wait_s(1 + passed_s, pending, painted + pending)

    assert pacer.wait_s(1 + passed_s + wait_s + 1e-9, pending, painted + pending) == 0


@given(
    sizes=st.tuples(st.integers(1, 5_000), st.integers(0, 90_000)),
    more=st.tuples(st.integers(0, 5_000), st.floats(0.0, 1.0)),
    readers=st.integers(1, 200),
)
def test_while_a_reader_rests_no_frame_can_be_due_whatever_comes(
    sizes: tuple[int, int], more: tuple[int, float], readers: int
) -> None:
    pacer, (pending, painted), (bytes_more, share) = painted_pacer(), sizes, more
    pacer.bear(Load(readers=readers))
    rest_s = pacer.rest_s(1.0, painted + pending)
    moment_s = 1.0 + share * rest_s
    pacer.receive(moment_s, bytes_more)

    pending += bytes_more
    wait_s = pacer.wait_s(moment_s, pending, painted + pending)

    assert rest_s >= FRAME_S
    assert wait_s >= rest_s - share * rest_s - 1e-9


def test_who_has_painted_nothing_or_long_ago_has_nothing_to_rest_for() -> None:
    assert Pacer().rest_s(5.0, tail_bytes=100) == 0
    assert painted_pacer().rest_s(5.0, tail_bytes=100) == 0


def test_a_frame_holds_all_that_waits_and_the_last_one_all_that_was_held_back() -> None:
    frames, page = Frames(), Page()
    frames.feed("para\n\n", 0.0)
    frames.feed("- a\n", 0.0)
    frames.feed("-", 0.0)

    page.write(frames.take(0.0))
    page.write(frames.finish())

    assert page.blocks == ["para\n\n"]
    assert frames.wait_s(0.0) == math.inf


@pytest.mark.parametrize("rate_tok_s", [20, 50, 100, 300, 2_000])
@pytest.mark.parametrize("style", STYLES)
def test_no_word_waits_more_than_a_tenth_of_a_second(style: str, rate_tok_s: float) -> None:
    played = play(write(style, 1, 600), rate_tok_s)  # type: ignore[arg-type] # a Style, each one

    assert max(played.waits_s) <= PATIENCE_S + SLACK_S


@pytest.mark.parametrize("kind", LONG_BLOCKS)
@pytest.mark.parametrize("rate_tok_s", [50, 100, 300])
def test_nor_does_a_word_of_one_long_block(kind: str, rate_tok_s: float) -> None:
    played = play(tokens_of(LONG_BLOCKS[kind]), rate_tok_s)

    assert max(played.waits_s) <= PATIENCE_S + SLACK_S
    assert "".join(played.page.blocks) == LONG_BLOCKS[kind]


@pytest.mark.parametrize(
    ("kind", "most_times"),
    [
        ("fence", 13),
        ("script", 17),
        ("table", 22),
        ("numbers", 18),
        ("bullets", 18),
        ("quote", 17),
        ("paragraph", 16),
        ("cjk", 25),
        ("cjk without a full stop", 36),
    ],
)
def test_what_a_long_block_sends_does_not_grow_with_its_length(
    kind: str, most_times: float
) -> None:
    tokens = tokens_of(LONG_BLOCKS[kind])

    half, whole = (play(part, 100) for part in (tokens[: len(tokens) // 2], tokens))

    assert whole.sent_times <= most_times
    assert whole.sent_times <= 1.1 * half.sent_times


@pytest.mark.parametrize(
    ("rate_tok_s", "most_times", "most_frames"),
    [(50, 17, 0.41), (100, 9.5, 0.21), (300, 4.5, 0.07), (1e9, 2.2, 0.005)],
)
def test_what_an_answer_sends_does_not_grow_with_its_length(
    rate_tok_s: float, most_times: float, most_frames: float
) -> None:
    for length in (500, 2_000, 8_000):
        played = play(write("mixed", 1, length), rate_tok_s)

        assert played.sent_times <= most_times
        assert played.page.frames <= most_frames * length
        assert played.page.slices == played.page.blocks


@pytest.mark.parametrize("style", STYLES)
def test_a_reader_has_found_the_elements_that_would_be_found_anew(style: str) -> None:
    frames, tokens = Frames(), write(style, 2, 900)  # type: ignore[arg-type] # a Style, each one
    for number, token in enumerate(tokens):
        frames.feed(token, number / 100)
        if frames.wait_s(number / 100) <= 0:
            frames.take(number / 100)
    frames.finish()
    text = "".join(tokens)

    elements = frames.elements(text)

    assert elements == split(text)
    assert len(elements) > 1


@pytest.mark.parametrize("kind", LONG_BLOCKS)
def test_what_arrives_at_once_is_not_cut(kind: str) -> None:
    played = play((LONG_BLOCKS[kind],), 100)

    assert played.page.slices == [LONG_BLOCKS[kind]]


@pytest.mark.parametrize("kind", LONG_BLOCKS)
def test_a_reader_who_joins_late_goes_on_in_a_new_slice(kind: str) -> None:
    tokens = tokens_of(LONG_BLOCKS[kind])
    had = "".join(tokens[:1_000])

    played = play((had, *tokens[1_000:1_300]), 100)

    assert len(played.page.slices) > 1
    assert max(len(each.encode()) for each in played.page.slices[1:]) < 3_000


@pytest.mark.parametrize("kind", LONG_BLOCKS)
def test_a_token_costs_the_parser_little_however_long_the_block(kind: str) -> None:
    tokens = tokens_of(LONG_BLOCKS[kind])

    parsed = play(tokens, 100).parsed

    assert len(parsed) <= 0.3 * len(tokens)
    assert sum(parsed) <= 8 * len(tokens)


@pytest.mark.parametrize("style", STYLES)
def test_a_token_costs_the_parser_little_however_long_the_answer(style: str) -> None:
    few, many = (play(write(style, 1, length), 100).parsed for length in (2_000, 8_000))  # type: ignore[arg-type] # a Style

    assert len(many) <= 4.2 * len(few)
    assert sum(many) <= 4.2 * sum(few)
    assert max(many) <= 1_000


def test_a_hidden_page_is_painted_every_two_seconds() -> None:
    played = play(write("mixed", 1, 1_000), 100, Load(is_hidden=True))

    assert played.page.frames <= 10 / HIDDEN_S + 2


@pytest.mark.parametrize("lag_s", [0.2, 0.5, 3.0])
def test_a_browser_that_is_behind_gets_fewer_frames_but_no_word_waits_long(lag_s: float) -> None:
    tokens = write("mixed", 1, 1_000)

    usual, behind = play(tokens, 100), play(tokens, 100, Load(lag_s))

    assert behind.page.frames < usual.page.frames
    assert max(behind.waits_s) <= BEHIND_S + SLACK_S


def test_a_hundred_readers_share_what_one_process_can_do() -> None:
    played = play(write("mixed", 1, 200), 20, Load(readers=100))

    assert played.page.frames <= 10 / 0.2 + 2
    assert max(played.waits_s) <= 0.2 + SLACK_S


def test_a_page_that_becomes_visible_catches_up_at_once() -> None:
    pacer = painted_pacer()
    pacer.bear(Load(is_hidden=True))
    assert pacer.wait_s(1.5, 10, 10) == pytest.approx(HIDDEN_S - 0.5)

    pacer.bear(Load())

    assert pacer.wait_s(1.5, 10, 10) == 0
