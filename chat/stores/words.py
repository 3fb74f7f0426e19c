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

# Accents, Hebrew points, Arabic vowel signs, and what only joins: with or without them it is the
# same word.
_MARKS = (
    "\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0e47-\u0e4e\u0eba-\u0ebc\u0ec8-\u0ecd"
    "\u0f82-\u0f87\u1037\u1039\u103a\u17b4\u17b5\u17c9-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d"
    "\u20d0-\u20f0\u2de0-\u2dff\ua66f-\ua67d\ua69e\ua69f\ua926-\ua92d"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
)
# Scripts from Syriac to Meitei that write vowels as signs, which Python calls no part of a word.
_SIGNS = (
    "\u0710-\u07f5\u0800-\u082d\u0840-\u085b\u08a0-\u0963\u0966-\u0dff\u1700-\u1734\u1740-\u1773"
    "\u1810-\u18aa\u1900-\u193b\u1a00-\u1a1b\u1a20-\u1a7c\u1b00-\u1b4c\u1b80-\u1bf3\u1c00-\u1c37"
    "\ua800-\ua827\ua880-\ua8c5\ua8e0-\ua8f7\ua930-\ua953\ua980-\ua9c0\uaa00-\uaa4d\uaae0-\uaaef"
    "\uaaf5\uaaf6\uabc0-\uabed"
)
# Thai, Lao, Tibetan, Burmese, Khmer, Korean, Japanese, Chinese: there each character is a word to
# us, because where words end is not written (in Korean: not where particles begin).
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e46\u0e50-\u0e59\u0e81-\u0edf\u0f40-\u0f81\u0f88-\u0fbc\u1000-\u1049"
    "\u1050-\u109d\u1100-\u11ff\u1780-\u17c8\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003ffff"
)
_ANY_MARK = re.compile(f"[{_MARKS}]")
# A voiced kana may be written in two characters (U+3099, U+309A); folding makes them one.
_WORD = re.compile(
    rf"[{_UNSPACED}][{_MARKS}\u3099\u309a]*|(?:[^\W_{_UNSPACED}]|[{_MARKS}{_SIGNS}])+"
)
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
    all_tokens = (_Token(*found.span(), _folded(found[0])) for found in _WORD.finditer(text))
    tokens = [token for token in all_tokens if token.folded]  # a mark may stand alone
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
