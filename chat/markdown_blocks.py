"""Where a top-level Markdown block begins, asked line by line of a real CommonMark parser.

Keeps the shortest text that leaves the parser where the whole answer so far would leave it, so
that a question costs the open block's few deciding lines, never the answer. What is done with
the blocks is in `segments`, the parser and its dialect in `markdown_parser`.
"""

import string
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from markdown_it.token import Token

from chat.markdown_parser import MATH, ParseBlocks, parse_blocks
from chat.markdown_seams import Seam, Verdict, is_counted, seam_in_fence

# A line of plain text. Two words, so that after `[a]:` it is not taken for the link's target.
_TEXT = "x y"

# Whatever first character may make a line something other than plain text.
_MARKS = frozenset(string.punctuation + string.digits)

# Lines nobody asks about, such as indented code, are read in portions of this size.
_READ_CHARS = 500

# In a list all numbers of as many digits ask the same question.
_ONE_DIGIT = str.maketrans(string.digits, "2" * len(string.digits))

_LISTS = ("bullet_list_open", "ordered_list_open")


class OpenBlock:
    """What the lines taken so far leave open, and whether the next line begins a new block."""

    def __init__(self, parse: ParseBlocks = parse_blocks) -> None:
        self._parse = parse
        self._has_definitions = False
        # Parsed before a line, has the effect of all earlier lines; empty if nothing is open.
        self._context = ""
        # Lines after the context that no question has been asked about yet.
        self._unread: list[str] = []
        self._unread_chars = 0
        # The mark of the open code or math fence, which alone can end it.
        self._fence_mark = ""
        # Of the open block, as the parser calls it; empty if nothing is open.
        self._kind = ""
        # The open list's items so far, and the number it begins with.
        self._items = 0
        self._first_number = 1
        # Contexts repeat (a paragraph, this table), and so do the questions about them.
        self._begins = lru_cache(maxsize=256)(self._parse_begins)
        self._begins_item = lru_cache(maxsize=256)(self._parse_begins_item)

    @property
    def has_definitions(self) -> bool:
        """Whether the lines taken define links or footnotes."""
        self._read()
        return self._has_definitions

    def begins_block(self, line_start: str) -> bool | None:
        """Whether a line with this start begins a new top-level block, whatever follows.

        False is also the answer where a new block is possible but rare, so that little is held
        back: going on in the same element is always right, beginning a new one is not. Indented
        lines never begin one, since Streamlit dedents and strips each element.

        Returns:
            None if it depends on the characters to come.
        """
        if line_start[0].isspace():
            return False
        self._read()
        if self._fence_mark or not self._context:
            return not self._fence_mark
        if line_start[0] not in _MARKS:
            return self._begins(self._context, line_start[0])
        if line_start.endswith("\r"):
            return None
        possible_lines = _possible_lines(self._unify(line_start))
        answers = (self._begins(self._context, line) for line in possible_lines)
        first = next(answers)
        return first if all(answer == first for answer in answers) else None

    def line_begins_block(self, line: str) -> bool:
        """Whether this whole line begins a new top-level block."""
        if line[0].isspace():
            return False
        self._read()
        if self._fence_mark or not self._context:
            return not self._fence_mark
        return self._begins(self._context, self._unify(line))

    def seam_before(self, line_start: str) -> Verdict:
        """Whether the open block can be cut before a line that begins so and goes on in it."""
        self._read()
        if self._fence_mark:
            can_cut = self._kind != MATH and self._context.startswith(self._fence_mark)
            return seam_in_fence(self._context, line_start) if can_cut else False
        if line_start[0].isspace():
            return False
        if self._kind == "table_open":
            return Seam(reopen=self._context)
        if self._context == f"> {_TEXT}\n":
            return Seam() if line_start[0] == ">" else False
        return self._seam_in_list(line_start) if self._kind in _LISTS else False

    def is_paragraph(self, line_start: str) -> bool:
        """Whether a line that begins so belongs to a top-level paragraph."""
        self._read()
        if self._fence_mark:
            return False
        tokens = self._parse(self._context + _unify_line_ends(line_start), {})
        *_, last = [None, *_top_level(tokens)]
        return last is not None and last.type == "paragraph_open"

    def take_line(self, line: str) -> None:
        """Takes the next whole line, with its end."""
        if self._fence_mark and not self._unread and line.lstrip()[:1] != self._fence_mark:
            return
        self._unread.append(_unify_line_ends(line))
        self._unread_chars += len(line)
        # Doubling keeps the sum of all reading linear in a block that cannot be shortened.
        if self._unread_chars > max(_READ_CHARS, len(self._context)):
            self._read()

    def _unify(self, line: str) -> str:
        """The line as the parser is asked about it."""
        line = _unify_line_ends(line)
        if self._kind not in _LISTS:
            return line
        rest = line.lstrip(string.digits)
        return "2" * (len(line) - len(rest)) + rest

    def _seam_in_list(self, line_start: str) -> Verdict:
        expected = self._first_number + self._items
        if self._kind == "ordered_list_open" and not is_counted(line_start, expected):
            return False
        lines = _possible_lines(self._unify(line_start))
        answers = {self._begins_item(self._context, line) for line in lines}
        if len(answers) > 1:
            return None
        return Seam() if answers.pop() else False

    def _parse_begins_item(self, context: str, line: str) -> bool:
        at_line = context.count("\n")
        tokens = self._parse(context + line, {})
        return any(_is_top_item(token) and _begin(token) == at_line for token in tokens)

    def _parse_begins(self, context: str, line: str) -> bool:
        at_line = context.count("\n")
        return any(token.map[0] == at_line for token in _top_level(self._parse(context + line, {})))

    def _read(self) -> None:
        """Brings the context up to the last line taken."""
        unread = "".join(self._unread)
        self._unread.clear()
        self._unread_chars = 0
        if not unread or not (self._context or unread.strip()):
            return
        findings: dict[str, Any] = {}
        lines = (self._context + unread).removesuffix("\n").split("\n")
        tokens = self._parse("\n".join([*lines, _TEXT]), findings)
        self._has_definitions |= bool(findings)
        self._shorten(lines, tokens)

    def _shorten(self, lines: list[str], tokens: list[Token]) -> None:
        """Keeps of the lines what matters to the next one.

        Args:
            lines: the context and the lines after it.
            tokens: what the parser made of them and a line of plain text after them.
        """
        *_, before, last = [None, None, *_top_level(tokens)]
        goes_on = last is not None and last.map[0] < len(lines)
        block = last if goes_on else before
        keep: list[str] = []
        self._fence_mark = ""
        had_list, self._kind = self._kind in _LISTS, ""
        if block is None:
            pass
        elif block.type in _LISTS:
            keep = _last_item(lines, tokens)
            self._kind = block.type
            items = sum(_is_top_item(token) for token in tokens if _begin(token) >= block.map[0])
            if had_list and block.map[0] == 0:
                self._items += items - 1
            else:
                self._items, self._first_number = items, int(block.attrs.get("start", 1))
        elif block.type == "definition":
            # A title may follow on lines of its own, as if a paragraph were open.
            keep = [_TEXT] if lines[-1].strip() else []
        elif goes_on:
            keep = _opening(block, lines, tokens)
            self._kind = block.type
            self._fence_mark = block.markup[:1] if block.type in ("fence", MATH) else ""
        elif block.type == "blockquote_open" and lines[-1].strip():
            keep = lines[block.map[0] :]
        self._context = "".join(line + "\n" for line in keep)


def _opening(block: Any, lines: list[str], tokens: list[Token]) -> list[str]:
    """Lines that open a block, into which text goes on, as well as all its lines so far do."""
    begin: int = block.map[0]
    if block.type == "table_open":
        return lines[begin : begin + 2]
    if block.type not in ("paragraph_open", "blockquote_open"):
        return lines[begin : begin + 1]
    paragraph = _open_paragraph(tokens)
    if paragraph.level > 2 or _may_be_definition(paragraph.content):
        return lines[begin:]  # how deep it lies in lists within a quote matters to what follows
    plain = "> " + _TEXT if block.type == "blockquote_open" else _TEXT
    return [plain, lines[-1]] if "|" in lines[-1] else [plain]  # may be a table's first row


def _last_item(lines: list[str], tokens: list[Token]) -> list[str]:
    """The last list's last item, which decides as well as the list what may follow.

    The words of an item of one line are left out, so that items ask the same questions.
    """
    item = lines[max(token.map[0] for token in tokens if _is_top_item(token) and token.map) :]
    words = _open_paragraph(tokens).content.partition("\n")[0]
    marker, found, rest = item[0].rpartition(words or "\n")
    is_plain = found and not rest.strip() and "|" not in words and not _may_be_definition(words)
    return [marker.translate(_ONE_DIGIT) + _TEXT] if is_plain and len(item) == 1 else item


def _begin(token: Token) -> int:
    """The token's first line; -1 where it has none."""
    return token.map[0] if token.map else -1


def _is_top_item(token: Token) -> bool:
    return token.level == 1 and token.type == "list_item_open"


def _open_paragraph(tokens: list[Token]) -> Token:
    """The paragraph the line of plain text went into; empty where the parser nests no deeper."""
    too_deep = Token("inline", "", 0, level=99)
    return next((token for token in reversed(tokens) if token.type == "inline"), too_deep)


def _may_be_definition(paragraph: str) -> bool:
    """Whether an open paragraph may yet become one. Longer labels are taken for text."""
    return paragraph.startswith("[") and len(paragraph) < 200


def _top_level(tokens: list[Token]) -> Iterator[Any]:
    return (token for token in tokens if token.level == 0 and token.map)


def _possible_lines(start: str) -> Iterator[str]:
    """Lines that begin so, at least one for each kind of block the line may still become."""
    mark = start[0]
    yield start
    yield start + "x"  # no marker after all
    yield start + " x"  # list item, heading
    yield start + mark  # setext underline, longer fence
    yield start + mark * 2  # fence
    yield start + "x" + mark  # inline code or inline formula, where a fence seemed to open
    if start.isdigit():
        yield start + ". x"
        yield start + ") x"


def _unify_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
