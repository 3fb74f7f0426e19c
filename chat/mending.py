"""A text that broke off in the middle of a mark, as it looks while it streams: the mark closed.

For display only. What a block leaves open by itself (a fence, a list) CommonMark closes; this
closes emphasis, struck words and code in the last paragraph. Links that broke off stay as they are.
"""

from itertools import pairwise

from markdown_it.token import Token

from chat.markdown_parser import open_marks, parse_blocks
from chat.segments import split

_WORDS_OF = frozenset({"paragraph_open", "heading_open"})


def mended(text: str) -> str:
    """The text with what its last words left open closed; white space at its end is left out then.

    Costs the last block's parsing, after `split`.
    """
    elements = split(text)
    last = elements[-1].rstrip() if elements else ""
    words = _last_words(parse_blocks(last, {}), last.count("\n") + 1)
    marks = open_marks(words)
    # A mark that would not close there, as after an opening one alone, would only be seen.
    return text.rstrip() + marks if marks and not open_marks(words + marks) else text


def _last_words(tokens: list[Token], lines: int) -> str:
    """The words of the paragraph or heading that the block ends in; else nothing."""
    found = ""
    for before, token in pairwise(tokens):
        is_last = token.type == "inline" and before.type in _WORDS_OF
        if is_last and token.map is not None and token.map[1] >= lines:
            found = token.content
    return found
