"""What counts as a word when conversations are searched, and the piece of text shown for a hit.

Pure. A change of `searchable` needs a migration that makes the index anew: `0002_search` has the
same rule for PostgreSQL.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import normalize

MAX_TEXT_CHARS = 100_000
"""How far into a message or an answer the search looks; PostgreSQL's vectors end at 1 MB."""
MAX_QUERY_CHARS = 200
SNIPPET_CHARS = 160
_LEAD_CHARS = 40
"""How much of the snippet is before the first word that was found."""
_MAX_SPANS = 500
"""Among how many places the best is looked for; in a long text a common word is everywhere."""

# Accents, Hebrew points, Arabic vowel signs: with or without them it is the same word.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
# Letters and vowel signs of Indic scripts; Python calls the signs no part of a word.
_SIGNS = "\u0900-\u0963\u0966-\u0dff"
# Thai, Lao, Tibetan, Burmese, Khmer, Korean, Japanese, Chinese: there each character is a word to
# us, because where words end is not written (in Korean: not where particles begin).
_UNSPACED = (
    "\u0e01-\u0eff\u0f40-\u0fbc\u1000-\u109f\u1100-\u11ff\u1780-\u17d3\u3041-\u30fa\u30fc-\u30ff"
    "\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003ffff"
)
_ANY_MARK = re.compile(f"[{_MARKS}]")
_WORD = re.compile(rf"[{_UNSPACED}]|(?:[^\W_{_UNSPACED}]|[{_MARKS}{_SIGNS}])+")
_ASCII_SEPARATORS = {n: " " for n in range(128) if not chr(n).isalnum()}

Words = Sequence[tuple[str, ...]]
"""What was asked for: each word with its parts, which must follow each other."""


class _Token(NamedTuple):
    start: int
    end: int
    folded: str


class _Span(NamedTuple):
    start: int
    end: int
    word: int


def searchable(text: str) -> str:
    """The text's words, folded, with a space between any two. SQLite's triggers call it."""
    text = text[:MAX_TEXT_CHARS]
    if text.isascii():
        return text.lower().translate(_ASCII_SEPARATORS)
    return " ".join(_WORD.findall(_folded(text)))


def words_of(query: str) -> Words:
    """The words of a typed query; everything that is no letter or digit only separates."""
    pieces = (_WORD.findall(_folded(piece)) for piece in query[:MAX_QUERY_CHARS].split())
    return [tuple(parts) for parts in pieces if parts]


def snippet_of(text: str, words: Words) -> tuple[tuple[str, bool], ...]:
    """The stretch of the text in which most of the words occur, about `SNIPPET_CHARS` long.

    Returns:
        Its parts in order, each with whether it is one of the words; the last word of `words`
        stands for all that begin with it. White space is one space, a cut is "…".
    """
    spans = _spans(text[:MAX_TEXT_CHARS], words)
    begin = _begin(text, spans)
    end = min(begin + SNIPPET_CHARS, len(text))
    parts: list[tuple[str, bool]] = [("…", False)] if begin else []
    at = begin
    for span in spans:
        if at <= span.start and span.end <= end:
            parts += [(text[at : span.start], False), (text[span.start : span.end], True)]
            at = span.end
    parts.append((text[at:end] + ("…" if end < len(text) else ""), False))
    return tuple((re.sub(r"\s+", " ", part), is_hit) for part, is_hit in parts if part)


def _folded(text: str) -> str:
    """Lower case without accents."""
    return normalize("NFC", _ANY_MARK.sub("", normalize("NFD", text.lower())))


def _spans(text: str, words: Words) -> list[_Span]:
    """Where the words occur, in the order of the text."""
    tokens = [_Token(*found.span(), _folded(found[0])) for found in _WORD.finditer(text)]
    last = len(words) - 1
    return [
        _Span(token.start, tokens[at + len(parts) - 1].end, number)
        for at, token in enumerate(tokens)
        for number, parts in enumerate(words)
        if token.folded.startswith(parts[0])
        and _is_here(tokens[at : at + len(parts)], parts, may_go_on=number == last)
    ]


def _is_here(tokens: list[_Token], parts: tuple[str, ...], *, may_go_on: bool) -> bool:
    found = tuple(token.folded for token in tokens)
    if len(found) != len(parts) or found[:-1] != parts[:-1]:
        return False
    return found[-1].startswith(parts[-1]) if may_go_on else found[-1] == parts[-1]


def _begin(text: str, spans: list[_Span]) -> int:
    """Where the snippet begins: before the place with most of the words, at a word."""
    if not spans:
        return 0
    spans = spans[:_MAX_SPANS]
    reach = SNIPPET_CHARS - _LEAD_CHARS
    best = max(
        range(len(spans)),
        # The first of equals wins, for `max` keeps it.
        key=lambda at: len(
            {span.word for span in spans[at : at + reach] if span.end <= spans[at].start + reach}
        ),
    )
    begin = max(spans[best].start - _LEAD_CHARS, 0)
    space = re.compile(r"\s").search(text, begin, spans[best].start) if begin else None
    return space.end() if space else begin
