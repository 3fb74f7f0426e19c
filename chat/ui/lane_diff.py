"""Two answers laid over each other, word by word: what only one of them says is marked."""

import difflib
import re
from collections.abc import Mapping, Sequence

import streamlit as st

from chat.opened_comparison import Cell
from chat.ui.lane import Face
from chat.ui.plain import plain

MOST_WORDS = 3_000
"""Of each answer; longer ones would keep the page waiting."""
_WORD = re.compile(r"\S+\s*")
_LINES = re.compile(r"(\s*\n\s*)")


def draw_diff(cells: Sequence[Cell], faces: Mapping[str, Face]) -> None:
    """Draws the choice of two answers and their differences, once it is wanted."""
    texts = {
        faces[cell.lane.id].label: cell.turn.reply.text
        for cell in cells
        if cell.turn is not None and cell.turn.reply.text
    }
    if len(texts) < 2 or not st.toggle("Show differences", key="wants_diff"):
        return
    labels = list(texts)
    with st.container(horizontal=True):
        one = st.selectbox("From", labels, 0, key="diff_from")
        other = st.selectbox("To", labels, 1, key="diff_to")
    # A choice that was made among other lanes may be none of these.
    if one not in texts or other not in texts:
        return
    st.caption("Struck out: only in the first. Bold: only in the second.")
    with st.container(border=True, height=420):
        for paragraph in marked(texts[one], texts[other]):
            st.markdown(paragraph)


def marked(before: str, after: str) -> list[str]:
    """The differences as paragraphs of Markdown in which nothing of the answers' own is left."""
    one, other = _words(before), _words(after)
    matcher = difflib.SequenceMatcher(None, [w.strip() for w in one], [w.strip() for w in other])
    parts: list[str] = []
    for what, from_1, to_1, from_2, to_2 in matcher.get_opcodes():
        if what == "equal":
            parts.append(_shown(other[from_2:to_2], ""))
            continue
        parts.append(_shown(one[from_1:to_1], "red"))
        parts.append(_shown(other[from_2:to_2], "green"))
    return [text for text in "".join(parts).split("\n\n") if text.strip()]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)[:MOST_WORDS]


def _shown(words: Sequence[str], color: str) -> str:
    """Some words; those of one side only are coloured, and struck out or bold."""
    pieces = _LINES.split("".join(words))
    return "".join(_styled(piece, color) for piece in pieces)


def _styled(piece: str, color: str) -> str:
    """One line, or the break between two."""
    text = plain(piece)
    if not text:
        breaks = piece.count("\n")
        return "\n\n" if breaks > 1 else "  \n" * breaks
    if color:
        mark = f"~~{text}~~" if color == "red" else f"**{text}**"
        text = f":{color}-background[{mark}]"
    return f"{text} "
