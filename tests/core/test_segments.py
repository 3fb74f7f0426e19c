"""Whatever the cut, the same elements; drawn one by one they look like the whole."""

import itertools
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token
from segmented import assert_streams_as_it_is_drawn, render, stream

from chat.markdown_parser import parse_blocks
from chat.segments import HOLD_CHARS, Piece, Seal, Segmenter, split

EXAMPLES = Path(__file__).with_name("markdown_examples.txt").read_text("utf-8").split("\n%%\n")

SNIPPETS = sorted({line for example in EXAMPLES for line in example.split("\n")})

line_ends = st.sampled_from(["\n", "\n", "\n", "\n\n", "\r\n", "\n \n"])
markdown_texts = st.lists(st.tuples(st.sampled_from(SNIPPETS), line_ends), max_size=12).map(
    lambda lines: "".join(line + end for line, end in lines)
)


def shown(segmenter: Segmenter, delta: str) -> str:
    return "".join(action.text for action in segmenter.feed(delta) if isinstance(action, Piece))


def clean(text: str) -> str:
    """What Streamlit does to each element, `streamlit.string_util.clean_text`."""
    return textwrap.dedent(text).strip()


def count_parses(text: str) -> list[int]:
    """The sizes in characters of all texts the parser was given."""
    sizes: list[int] = []

    def parse(part: str, findings: dict[str, Any]) -> list[Token]:
        sizes.append(len(part))
        return parse_blocks(part, findings)

    segmenter = Segmenter(parse)
    for character in text:
        segmenter.feed(character)
    segmenter.flush()
    return sizes


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_cut_at_every_character_streams_as_it_is_drawn(text: str) -> None:
    assert_streams_as_it_is_drawn(list(text))
    for place in range(len(text)):
        assert_streams_as_it_is_drawn([text[:place], text[place:]])


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", EXAMPLES)
def test_the_blocks_of_an_example_drawn_one_by_one_look_like_the_whole(
    text: str, line_end: str
) -> None:
    text = text.replace("\n", line_end)

    assert "".join(render(element) for element in split(text)) == render(text)


@settings(max_examples=300)
@given(text=markdown_texts, data=st.data())
def test_any_text_cut_anywhere_streams_as_it_is_drawn(text: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    bounds = sorted({0, *places, len(text)})

    deltas = [text[begin:end] for begin, end in itertools.pairwise(bounds)]

    assert_streams_as_it_is_drawn(deltas)


@settings(max_examples=500)
@given(text=markdown_texts)
def test_the_blocks_of_any_text_drawn_one_by_one_look_like_the_whole(text: str) -> None:
    assert "".join(render(element) for element in split(text)) == render(text)


@settings(max_examples=200)
@given(text=markdown_texts)
def test_an_element_survives_that_streamlit_dedents_and_strips_it(text: str) -> None:
    for element in split(text)[1:]:
        stripped, whole = render(clean(element)), render(element)

        assert "".join(stripped.split()) == "".join(whole.split())


def test_paragraphs_headings_and_fences_are_sealed_one_by_one() -> None:
    text = "# Title\nIntro:\n```py\nx\n\ny\n```\n- a\n- b\n\nEnd\n"

    assert split(text) == [
        "# Title\n",
        "Intro:\n",
        "```py\nx\n\ny\n```\n",
        "- a\n- b\n\n",
        "End\n",
    ]


def test_a_list_is_one_element_with_its_numbers_and_nested_blocks() -> None:
    text = "1. one\n\n   ```\n   code\n   ```\n\n2. two\n   - inner\n\n3. three\n"

    assert split(text + "\nafter") == [text + "\n", "after"]


def test_a_block_is_not_sealed_before_the_next_one_has_begun() -> None:
    segmenter = Segmenter()

    assert segmenter.feed("- a\n\n") == [Piece("- a\n\n")]
    assert segmenter.feed("-") == []
    assert segmenter.feed(" b") == [Piece("- b")]
    assert segmenter.feed("\n\nx") == [Piece("\n\n"), Seal(), Piece("x")]


@pytest.mark.parametrize(
    "text",
    [
        "中文没有空格的文字，一直写下去。\n下一行，\n\n还有一段。",
        "Plain words, line by line\nand a new line\n\nand a paragraph",
        "```py\nif x:\n    # comment\n- y\n```",
    ],
)
def test_plain_text_and_code_are_never_held_back(text: str) -> None:
    segmenter = Segmenter()

    assert [shown(segmenter, character) for character in text] == list(text)


@pytest.mark.parametrize("text", EXAMPLES)
def test_only_the_first_characters_of_a_line_are_held_back(text: str) -> None:
    segmenter, held = Segmenter(), ""

    for character in text:
        held = (held + character).removeprefix(shown(segmenter, character))
        assert len(held) < HOLD_CHARS
        assert "\n" not in held


def test_an_endless_fence_line_after_a_paragraph_goes_on_in_it_after_a_while() -> None:
    segmenter = Segmenter()
    segmenter.feed("para\n")

    assert shown(segmenter, "```" + "x" * (HOLD_CHARS - 4)) == ""
    assert shown(segmenter, "x") == "```" + "x" * (HOLD_CHARS - 3)


@pytest.mark.parametrize(
    "text",
    [
        "[a] before\n\n[a]: /url\n",
        "[a]:\n/url\n\n[a] after\n",
        "> [a]: /url\n\n[a] after\n",
        "- [a]: /url\n\n[a] after\n",
        "Note[^1]\n\n[^1]: in words\n",
        "para\n\ntext\n[^1]: right below",
    ],
)
def test_an_answer_with_definitions_is_repainted_as_one_element(text: str) -> None:
    _, segmenter = stream(text)

    assert segmenter.needs_repaint
    assert split(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "[a](/x) and [b]\n\n[Note]:\nthese are words\n",
        "```\n[a]: /url\n```\n\ntext\n",
        "[a]: /url\n[a] in the same element\n",
    ],
)
def test_an_answer_whose_blocks_stand_alone_is_not_repainted(text: str) -> None:
    assert not stream(text)[1].needs_repaint


def test_no_text_gives_no_element() -> None:
    assert split("") == []
    assert stream(["", ""])[0] == []


@pytest.mark.parametrize(
    ("head", "line", "most_parses_a_line", "most_chars"),
    [
        ("", "Some words of prose.\n\n", 1, 40),
        ("", "- an item of a list\n", 2, 60),
        ("", "1. an item with a number\n", 1, 60),
        ("```py\n", "x = compute(y)\n", 0, 40),
        ("| a | b |\n|---|---|\n", "| 1 | 2 |\n", 2, 60),
        ("", "> a line of a quote\n", 2, 60),
        ("", "a line of a paragraph\n", 2, 60),
    ],
)
def test_the_work_per_line_does_not_grow_with_the_answer(
    head: str, line: str, most_parses_a_line: int, most_chars: int
) -> None:
    some_once = 20

    sizes = count_parses(head + line * 1000)

    assert len(sizes) <= most_parses_a_line * 1000 + some_once
    assert max(sizes) <= most_chars


def test_no_line_of_a_mixed_answer_asks_the_parser_often() -> None:
    text = "\n\n".join(EXAMPLES)

    assert len(count_parses(text)) <= 5 * text.count("\n")
