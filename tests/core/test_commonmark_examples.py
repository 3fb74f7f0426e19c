"""The CommonMark specification's own examples, cut at every character and drawn block by block.

There are no exceptions. Examples with link definitions are drawn as one element (`split`).
"""

import json
from pathlib import Path

import pytest
from segmented import assert_streams_as_it_is_drawn, render

from chat.segments import split

_FILE = Path(__file__).with_name("commonmark_examples.json")
EXAMPLES: list[tuple[int, str, str]] = json.loads(_FILE.read_text("utf-8"))["examples"]

texts = pytest.mark.parametrize(
    "text", [pytest.param(text, id=f"example-{number}") for number, text, _ in EXAMPLES]
)


def test_every_example_of_the_specification_is_here() -> None:
    assert [number for number, _, _ in EXAMPLES] == list(range(1, 653))


def test_the_parser_draws_the_examples_as_the_specification_says() -> None:
    drawn = {number: render(text) for number, text, _ in EXAMPLES}

    # An empty quote lacks a line end between its tags, which no browser shows.
    mended = {n: html.replace("<blockquote></", "<blockquote>\n</") for n, html in drawn.items()}
    assert mended == {number: html for number, _, html in EXAMPLES}


@texts
def test_an_example_cut_at_every_character_streams_as_it_is_drawn(text: str) -> None:
    assert_streams_as_it_is_drawn(list(text))
    for place in range(1, len(text)):
        assert_streams_as_it_is_drawn([text[:place], text[place:]])


@texts
def test_the_blocks_of_an_example_drawn_one_by_one_look_like_the_whole(text: str) -> None:
    with_crlf = text.replace("\n", "\r\n")

    assert "".join(render(element) for element in split(text)) == render(text)
    assert "".join(render(element) for element in split(with_crlf)) == render(with_crlf)
