"""What a text that broke off leaves open is closed, and nothing else is changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.mending import mended


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**The open", "**The open**"),
        ("**The open ", "**The open**"),
        ("a *b **c", "a *b **c***"),
        ("_so", "_so_"),
        ("~~no longer", "~~no longer~~"),
        ("run `make te", "run `make te`"),
        ("``a ` b", "``a ` b``"),
        ("**bold `x", "**bold `x`**"),
        ("# A **title", "# A **title**"),
        ("- one\n- **two", "- one\n- **two**"),
        ("> a *quote", "> a *quote*"),
        ("**Done.**\n\nThen *this\nand", "**Done.**\n\nThen *this\nand*"),
    ],
)
def test_what_the_last_words_leave_open_is_closed(text: str, shown: str) -> None:
    assert mended(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "All is said. ",
        "2 * 3 and snake_case",
        "an opening mark alone **",
        "\\`no code",
        "```py\nx = 2 **k",
        "**never closed\n\nand long past",
        "| a |\n|---|\n| **b",
        "a [link](http://exa",
    ],
)
def test_nothing_else_is_changed(text: str) -> None:
    assert mended(text) == text


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.text("a *_`~#>-|\n[](", max_size=40))
def test_at_most_marks_are_added_at_the_end(text: str) -> None:
    shown = mended(text)

    assert shown == text or set(shown.removeprefix(text.rstrip())) <= set("*_`~")
    assert mended(shown) == shown
