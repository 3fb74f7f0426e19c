"""Growing Markdown on the page: each settled block an element of its own, the open one streamed.

The elements stand in the places that those of the finished answer will have (`segments.split`,
`stacks`), so that nothing moves at its end.
"""

import time
from collections.abc import Iterator
from itertools import chain, takewhile

import streamlit as st

from chat.markdown_seams import Seam
from chat.segments import Action, Piece, Seal
from chat.ui.stacks import stack_sizes
from chat.ui.turnstile import painting

CURSOR = "▌"
LAST_PAINT_S = 0.05
"""Time for the page to paint the last words: the whole that is drawn anew after them would be
drawn with them, and they stood there a tenth of a second later."""
MOST_AT_ONCE_CHARS = 20_000
"""A fence of 2,000 lines takes a browser 0.4 s, in which nothing that follows can be painted."""

_ELEMENT = "[data-testid=stElementContainer]"
_ONE_HEAD = f"""<style>
{_ELEMENT}:has(i.slices) ~ {_ELEMENT} ~ {_ELEMENT} thead {{ visibility: collapse }}
</style><i class="slices" hidden></i>"""
"""Each slice of a table needs its head, for the columns; only the first shows it."""


def draw_blocks(actions: Iterator[Action]) -> None:
    """Draws a text as it comes; returns at its end."""
    blocks = _Blocks(actions)
    for size in stack_sizes():
        if not blocks.goes_on:
            return
        with st.container():
            for _ in takewhile(lambda _: blocks.goes_on, range(size)):
                _draw_block(blocks)


def _draw_block(blocks: "_Blocks") -> None:
    """One block in one place: streamed whole, or in slices that its end makes whole again.

    The slices stand close together, so that they are read as one block. What is very long stays in
    them until the finished answer is drawn.
    """
    place = st.empty()
    with place:
        st.write_stream(blocks.next_slice(), cursor=CURSOR)
    if not blocks.is_cut:
        return
    with place.container(gap=None):
        if blocks.repeats_head:
            st.html(_ONE_HEAD)
        st.markdown(blocks.drawn)
        while blocks.is_cut:
            st.write_stream(blocks.next_slice(), cursor=CURSOR)
    if len(blocks.block) <= MOST_AT_ONCE_CHARS:
        with painting.stepping_aside():
            time.sleep(LAST_PAINT_S)
        place.markdown(blocks.block)


class _Blocks:
    """Actions, block by block and slice by slice.

    Attributes:
        goes_on: Whether another block follows.
        is_cut: Whether the block goes on in another slice.
        block: The block's text so far.
        drawn: The text that the last slice was drawn with.
    """

    def __init__(self, actions: Iterator[Action]) -> None:
        first = next(actions, None)
        # Not a generator: what is left of one is closed with the loop that was left.
        self._actions = chain([first] if first is not None else [], actions)
        self._reopen = ""
        self.goes_on = first is not None
        self.is_cut = False
        self.block = ""
        self.drawn = ""

    @property
    def repeats_head(self) -> bool:
        """Whether the next slice begins with a table's head; elsewhere a "|" does no harm."""
        return "|" in self._reopen

    def next_slice(self) -> Iterator[str]:
        """The pieces of the block's next slice, as they come."""
        if not self.is_cut:
            self.block = ""
        self.drawn, reopen, self._reopen = "", self._reopen, ""
        self.is_cut = self.goes_on = False
        for action in self._actions:
            match action:
                case Piece(text):
                    self.block += text
                    self.drawn += reopen + text
                    yield reopen + text
                    reopen = ""
                case Seal():
                    self.goes_on = True
                    return
                case Seam():
                    self.is_cut, self._reopen = True, action.reopen
                    self.drawn += action.close
                    yield action.close
                    return
