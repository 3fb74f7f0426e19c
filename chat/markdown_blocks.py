"""Where a top-level Markdown block begins, asked line by line of a real CommonMark parser.

Keeps the shortest text that leaves the parser where the whole answer so far would leave it, so
that a question costs the open block's few deciding lines, never the answer. What is done with
the blocks is in `segments`.

Dialect: CommonMark with what Streamlit's front end adds and lets span lines: GFM tables and
footnotes, `$$` blocks (remark-math), `:::` containers (remark-directive).
"""

import string
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.fence import make_fence_rule
from markdown_it.token import Token

ParseBlocks = Callable[[str, dict[str, Any]], list[Token]]
"""Text with `\\n` line ends and a dict for findings → block tokens with `map` in lines."""

# A line of plain text. Two words, so that after `[a]:` it is not taken for the link's target.
_TEXT = "x y"

# Whatever first character may make a line something other than plain text.
_MARKS = frozenset(string.punctuation + string.digits)

_MATH = "math"
_LISTS = ("bullet_list_open", "ordered_list_open")


def _note_footnote(state: StateBlock, start_line: int, _end_line: int, _silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Notes a footnote definition in the findings and leaves the line to the other rules."""
    begin = state.bMarks[start_line] + state.tShift[start_line]
    label, closed, _ = state.src[begin : state.eMarks[start_line]].partition("]:")
    if closed and label.startswith("[^") and not state.is_code_block(start_line):
        state.env["footnotes"] = True
    return False


def _directive(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - likewise
    """Takes `:::name` and all after it as one block.

    Containers nest and may hold fences that look like their end; models hardly write them, so
    it is enough never to cut behind one.
    """
    begin = state.bMarks[start_line] + state.tShift[start_line]
    line = state.src[begin : state.eMarks[start_line]]
    if state.is_code_block(start_line) or not line.startswith(":::"):
        return False
    if not line.lstrip(":")[:1].isalpha():
        return False
    if not silent:
        token = state.push("directive", "", 0)
        token.map = [start_line, end_line]
        state.line = end_line
    return True


def _build_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"inline_definitions": True}).enable("table")
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    math = make_fence_rule(
        markers=("$",), min_markers=2, token_type=_MATH, disallow_marker_in_info=("$",)
    )
    parser.block.ruler.before("fence", "math", math, interrupts)
    parser.block.ruler.before("fence", "directive", _directive, interrupts)
    parser.block.ruler.before("reference", "footnote", _note_footnote, interrupts)
    parser.parse(_TEXT)  # compiles its rule tables here, once, not in two threads at a time
    return parser


_PARSER = _build_parser()


def parse_blocks(text: str, findings: dict[str, Any]) -> list[Token]:
    """Block tokens of a text; inline content is not looked at.

    Findings get `references` and `footnotes` when link or footnote definitions are met.
    """
    tokens: list[Token] = []
    _PARSER.block.parse(text, _PARSER, findings, tokens)
    return tokens


class OpenBlock:
    """What the lines taken so far leave open, and whether the next line begins a new block."""

    def __init__(self, parse: ParseBlocks = parse_blocks) -> None:
        self._parse = parse
        self._has_definitions = False
        # Parsed before a line, has the effect of all earlier lines; empty if nothing is open.
        self._context = ""
        # Lines after the context that no question has been asked about yet.
        self._unread: list[str] = []
        # The mark of the open code or math fence, which alone can end it.
        self._fence_mark = ""
        # Contexts repeat (a paragraph, this table), and so do the questions about them.
        self._begins = lru_cache(maxsize=256)(self._parse_begins)

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
        possible_lines = _possible_lines(_unify_line_ends(line_start))
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
        return self._begins(self._context, _unify_line_ends(line))

    def take_line(self, line: str) -> None:
        """Takes the next whole line, with its end."""
        if self._fence_mark and not self._unread and line.lstrip()[:1] != self._fence_mark:
            return
        self._unread.append(_unify_line_ends(line))

    def _parse_begins(self, context: str, line: str) -> bool:
        at_line = context.count("\n")
        return any(token.map[0] == at_line for token in _top_level(self._parse(context + line, {})))

    def _read(self) -> None:
        """Brings the context up to the last line taken."""
        unread = "".join(self._unread)
        self._unread.clear()
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
        if block is None:
            pass
        elif block.type in _LISTS:
            keep = _last_item(lines, tokens)
        elif block.type == "definition":
            # A title may follow on lines of its own, as if a paragraph were open.
            keep = [_TEXT] if lines[-1].strip() else []
        elif goes_on:
            keep = _opening(block, lines, tokens)
            self._fence_mark = block.markup[:1] if block.type in ("fence", _MATH) else ""
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
    return [marker + _TEXT] if is_plain and len(item) == 1 else item


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
