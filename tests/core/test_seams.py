"""Where a long block can be cut, and that its slices read as the whole does."""

import itertools
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from segmented import render
from test_segments import EXAMPLES, markdown_texts

from chat.markdown_parser import is_closed_inline
from chat.markdown_seams import Seam
from chat.segments import Action, Piece, Seal, Seams, Segmenter


def actions_of(deltas: list[str], seams: Seams) -> list[Action]:
    segmenter = Segmenter()
    return [a for delta in deltas for a in segmenter.feed(delta, seams)] + segmenter.flush()


def elements_of(actions: list[Action]) -> list[str]:
    elements = [""]
    for action in actions:
        match action:
            case Piece(text):
                elements[-1] += text
            case Seal():
                elements.append("")
    return elements


def slices_of(text: str, seams: Seams = "good") -> list[str]:
    """The text cut at every seam, in the slices in which it would be drawn."""
    slices = [""]
    for action in actions_of(list(text), seams):
        match action:
            case Piece(words):
                slices[-1] += words
            case Seal():
                slices.append("")
            case Seam(close, reopen):
                slices[-1] += close
                slices.append(reopen)
    return slices


def words_of(html: str) -> str:
    """What a reader sees of it, without white space."""
    return "".join(re.sub(r"<th[ >].*?</th>|<[^>]*>", "", html, flags=re.DOTALL).split())


@settings(max_examples=300)
@given(text=markdown_texts, data=st.data())
def test_looking_for_seams_changes_neither_the_text_nor_its_blocks(
    text: str, data: st.DataObject
) -> None:
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    bounds = sorted({0, *places, len(text)})
    deltas = [text[begin:end] for begin, end in itertools.pairwise(bounds)]

    assert elements_of(actions_of(deltas, "any")) == elements_of(actions_of(deltas, "none"))


@pytest.mark.parametrize(
    "text",
    [
        "```py\nx = 1\n    y\n\n  z\n`w`\n```\nafter\n",
        "````md\na\n```\nb\n```\nc\n````\n",
        "~~~~ info\na\n~~~\nb\n~~~~\n",
        "- a\n- b\n  - inner\n- c\n\n  more of c\n- d\n",
        "1. a\n2. b\n3. c\n   ```\n   code\n   ```\n4. d\n",
        "> a\n> b\n> c\n",
        "One fox. Two foxes. Three of them! Is it so? Yes.\n",
        "最初の言葉。长长的回答。時計は止まらない。\n",
    ],
)
def test_the_slices_of_a_block_read_as_the_whole(text: str) -> None:
    slices = slices_of(text)

    assert len(slices) > 2
    assert words_of("".join(map(render, slices))) == words_of(render(text))


@settings(max_examples=200)
@given(text=markdown_texts)
def test_any_text_cut_wherever_it_can_be_reads_as_its_blocks_do(text: str) -> None:
    assume("]:" not in text)  # a definition reaches across slices: such a block is drawn whole
    blocks = elements_of(actions_of(list(text), "none"))

    assert words_of("".join(map(render, slices_of(text)))) == words_of("".join(map(render, blocks)))


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_cut_wherever_it_can_be_reads_as_its_blocks_do(text: str) -> None:
    blocks = elements_of(actions_of(list(text), "none"))

    assert words_of("".join(map(render, slices_of(text)))) == words_of("".join(map(render, blocks)))


def test_a_fence_is_reopened_as_it_was_opened() -> None:
    assert slices_of("~~~~py x\na\nb\n~~~~\n") == [
        "~~~~py x\n~~~~\n",
        "~~~~py x\na\n~~~~\n",
        "~~~~py x\nb\n~~~~\n",
    ]


def test_each_slice_of_a_table_has_its_head() -> None:
    head = "| a | b |\n|---|--:|\n"

    assert slices_of(f"{head}| 1 | 2 |\n| 3 | 4 |\n") == [
        head,
        f"{head}| 1 | 2 |\n",
        f"{head}| 3 | 4 |\n",
    ]


def test_a_list_is_cut_only_where_its_numbers_go_on_as_counted() -> None:
    assert slices_of("7. a\n8. b\n9. c\n") == ["7. a\n", "8. b\n", "9. c\n"]
    assert slices_of("1. a\n1. b\n1. c\n") == ["1. a\n1. b\n1. c\n"]
    assert slices_of("1. a\n2. b\n2. c\n3. d\n") == ["1. a\n", "2. b\n2. c\n3. d\n"]


@pytest.mark.parametrize(
    "text",
    [
        "```mermaid\ngraph TD\nA-->B\n```\n",
        "$$\nx\ny\n$$\n",
        "<div>\nx\ny\n</div>\n",
        ":::note\nx\ny\n:::\n",
        "# A heading. It goes on. And on.\n",
        "- one item. It goes on. And on.\n",
    ],
)
def test_what_means_nothing_in_parts_is_not_cut(text: str) -> None:
    assert slices_of(text) == [text]


def test_between_words_a_paragraph_is_cut_only_if_nothing_better_will_do() -> None:
    text = "some words and more. Then more words"

    assert slices_of(text, "good") == ["some words and more. ", "Then more words"]
    assert slices_of(text, "any")[0] == "some "


@pytest.mark.parametrize("rest", ["- x", "1. x", "# x", "> x", "3.5", "```"])
def test_a_slice_of_a_paragraph_never_begins_with_a_mark(rest: str) -> None:
    assert all(part[0].isalpha() for part in slices_of(f"A fox. {rest}"))


@pytest.mark.parametrize(
    "text",
    ["plain words", "a **b** c", "snake_case_name", "3 * 4 * 5", "`code` here", "a [b](/c) d"],
)
def test_closed_words_may_be_the_end_of_a_slice(text: str) -> None:
    assert is_closed_inline(text)


@pytest.mark.parametrize(
    "text", ["a **b", "an *open one", "`code", "[link", "[link](/x", "$x + y", "<b", "~~struck"]
)
def test_open_words_may_not(text: str) -> None:
    assert not is_closed_inline(text)


@pytest.mark.parametrize(
    "text", ["```py\n    # a\n  b\n\nc\n- d\n", "- a\n- b\n", "| a |\n|---|\n| b |\n"]
)
def test_looking_for_seams_holds_back_nothing_that_can_be_seen_but_markers(text: str) -> None:
    segmenter, shown = Segmenter(), ""

    for place, character in enumerate(text, start=1):
        pieces = segmenter.feed(character, "any")
        shown += "".join(piece.text for piece in pieces if isinstance(piece, Piece))
        assert len(text[:place].strip()) - len(shown.strip()) <= 2
