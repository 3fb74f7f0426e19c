"""Where a long block can be cut in slices that, drawn one below the other, read as the whole does.

Fences are cut between lines of code, tables between rows, quotes between lines, lists between
items, paragraphs between words. What the open block is, `markdown_blocks` knows; whether a cut is
worth it, `pacing`.
"""

import string
from dataclasses import dataclass
from typing import Literal

MEANINGLESS_IN_PARTS = ("mermaid",)
"""Languages of fences that are drawn as a picture."""


@dataclass(frozen=True, slots=True)
class Seam:
    """A place where a long block may be cut.

    Attributes:
        close: What ends the slice before it, beyond the text.
        reopen: What the slice after it begins with, before the text.
        is_inline: It lies within a paragraph's words: the slice before must leave nothing open.
    """

    close: str = ""
    reopen: str = ""
    is_inline: bool = False


Verdict = Seam | Literal[False] | None
"""A seam; False for none; None if it depends on the characters to come."""


def seam_in_fence(opening: str, line_start: str) -> Verdict:
    """Whether a fence can be cut before a line that begins so.

    Args:
        opening: The fence's first line.
        line_start: The beginning of a later line, which may be the fence's end.
    """
    mark = opening[0]
    marks = opening[: len(opening) - len(opening.lstrip(mark))]
    if opening.strip(mark).strip().lower() in MEANINGLESS_IN_PARTS:
        return False
    words = line_start.lstrip(" ")
    is_whole = line_start.endswith("\n")
    is_indented = len(line_start) - len(words) > 3
    is_code = is_indented or words.strip(mark + " \t\r\n") != ""
    if not is_code and not is_whole:
        return None
    if is_whole and not words.strip():
        return False  # a slice that begins with an empty line would show it as a gap
    is_code = is_code or len(words.rstrip()) < len(marks)
    return Seam(f"{marks}\n", opening) if is_code else False


def is_counted(line_start: str, expected: int) -> bool:
    """Whether a numbered item's number, as far as it is there, is the one that counting gives."""
    number = line_start[: len(line_start) - len(line_start.lstrip(string.digits))]
    return number == line_start or not number or int(number) == expected
