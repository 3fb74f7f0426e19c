"""An answer's text with the pause before each word shown: by colour, underline and in figures."""

from collections.abc import Iterable
from html import escape
from itertools import groupby

import streamlit as st

from chat.flight import Word

MOST_WORDS = 4000
LEVELS = ((0.1, "up to 0.1 s"), (0.3, "up to 0.3 s"), (1.0, "up to 1 s"))
LONGEST = "longer, with its length"
_STYLE = """<style>
.flight-words { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.9; margin: 0 }
.flight-words .p1 { background: rgba(240, 190, 40, .22); text-decoration: underline dotted }
.flight-words .p2 { background: rgba(240, 130, 30, .32); text-decoration: underline dashed }
.flight-words .p3 { background: rgba(225, 45, 60, .36); text-decoration: underline double }
.flight-words span { text-underline-offset: .25em; border-radius: .2em }
</style>"""


def draw_words(words: list[Word]) -> None:
    """Draws the words and what the marks mean; of a very long answer the first few thousand."""
    st.html(f"{_STYLE}{_legend()}<p class='flight-words'>{marked(words[:MOST_WORDS])}</p>")
    if len(words) > MOST_WORDS:
        st.caption(f"The first {MOST_WORDS:,} of {len(words):,} words.")


def marked(words: Iterable[Word]) -> str:
    """The words as HTML, everything in them escaped; neighbours of one level share a mark."""
    return "".join(
        "".join(map(_long, held)) if level == len(LEVELS) else _short(level, held)
        for level, held in groupby(words, key=level_of)
    )


def level_of(word: Word) -> int:
    """How long was waited for it, as a number of `LEVELS`."""
    pause_s = word.pause_s or 0.0
    return sum(pause_s > most_s for most_s, _ in LEVELS)


def _short(level: int, words: Iterable[Word]) -> str:
    text = escape("".join(word.text for word in words))
    return text if level == 0 else f"<span class='p{level}'>{text}</span>"


def _long(word: Word) -> str:
    bare = word.text.lstrip()
    space = word.text[: len(word.text) - len(bare)]
    return f"{escape(space)}<span class='p3'>[{word.pause_s:.1f} s] {escape(bare)}</span>"


def _legend() -> str:
    names = [*(name for _, name in LEVELS), LONGEST]
    marks = [f"<span class='p{level}'>{escape(name)}</span>" for level, name in enumerate(names)]
    return f"<p class='flight-words'><small>Pause before a word: {' · '.join(marks)}</small></p>"
