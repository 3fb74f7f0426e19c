"""The block parser: CommonMark with what Streamlit's front end adds and lets span lines.

That is GFM tables and footnotes, `$$` blocks (remark-math) and `:::` containers
(remark-directive). Inline Markdown is parsed only to see whether it is closed; nothing is rendered.
"""

import re
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.fence import make_fence_rule
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

ParseBlocks = Callable[[str, dict[str, Any]], list[Token]]
"""Text with `\\n` line ends and a dict for findings → block tokens with `map` in lines."""

MATH = "math"
"""Type of the token of a `$$` block."""


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


def build_parser() -> MarkdownIt:
    """A parser of this dialect's blocks."""
    parser = MarkdownIt("commonmark", {"inline_definitions": True}).enable("table")
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    math = make_fence_rule(
        markers=("$",), min_markers=2, token_type=MATH, disallow_marker_in_info=("$",)
    )
    parser.block.ruler.before("fence", "math", math, interrupts)
    parser.block.ruler.before("fence", "directive", _directive, interrupts)
    parser.block.ruler.before("reference", "footnote", _note_footnote, interrupts)
    parser.parse("text")  # compiles the rule tables here, not in two threads at a time
    return parser


_PARSER = build_parser()


def parse_blocks(text: str, findings: dict[str, Any]) -> list[Token]:
    """Block tokens of a text; inline content is not looked at.

    Findings get `references` and `footnotes` when link or footnote definitions are met.
    """
    tokens: list[Token] = []
    _PARSER.block.parse(text, _PARSER, findings, tokens)
    return tokens


_INLINE = MarkdownIt("commonmark").enable("strikethrough")
_OPENERS = frozenset("`[$<")
_TICKS = re.compile("`+")


def is_closed_inline(text: str) -> bool:
    """Whether words of a paragraph leave nothing open: emphasis, code, a link, a formula.

    True may come out False, where a bracket or a dollar is only that. Costs about 1 ms for 1,000
    characters.
    """
    state = _read_inline(text)
    if _open_delimiters(state):
        return False
    return not any(_OPENERS.intersection(words) for words in _plain(state))


def open_marks(text: str) -> str:
    """What would close the emphasis, struck words and code that words leave open, inner ones first.

    Costs as `is_closed_inline`, twice where code is open.
    """
    ticks = next(
        (found[0] for words in _plain(_read_inline(text)) if (found := _TICKS.search(words))), ""
    )
    still_open = _open_delimiters(_read_inline(text + ticks))
    return ticks + "".join(reversed(still_open))


def _read_inline(text: str) -> StateInline:
    state = StateInline(text, _INLINE, {}, [])
    _INLINE.inline.tokenize(state)
    for rule in _INLINE.inline.ruler2.getRules(""):
        rule(state)
    return state


def _open_delimiters(state: StateInline) -> list[str]:
    """The marks that may open something and that nothing closes, in their order."""
    marks = (d for d in state.delimiters if d.open and d.end < 0)
    return [chr(d.marker) * (2 if chr(d.marker) == "~" else 1) for d in marks]


def _plain(state: StateInline) -> list[str]:
    return [token.content for token in state.tokens if token.type == "text"]
