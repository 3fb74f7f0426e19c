"""What stands on the page once a long block that was streamed in slices has ended."""

from streamlit.testing.v1 import AppTest

LINE = "total += weigh(1, 2)\n"
PAGE = """
from chat.markdown_seams import Seam
from chat.segments import Piece, Seal
from chat.ui.live_blocks import draw_blocks

fence = [Piece("```py\\n" + {half!r}), Seam("```\\n", "```py\\n"), Piece({half!r} + "```\\n")]
draw_blocks(iter([*fence, Seal(), Piece("After.")]))
"""


def drawn(lines: int) -> list[str]:
    """The Markdown elements of a fence of so many lines that was cut once, and of what follows."""
    app = AppTest.from_string(PAGE.format(half=LINE * (lines // 2))).run()
    assert not app.exception
    return [element.value for element in app.markdown]


def fence(lines: int) -> str:
    return f"```py\n{LINE * lines}```"


def test_a_block_is_made_whole_at_its_end() -> None:
    assert drawn(lines=100) == [fence(100), "After."]


def test_a_very_long_one_stays_in_slices_that_hold_all_of_it() -> None:
    assert drawn(lines=2000) == [fence(1000), fence(1000), "After."]
