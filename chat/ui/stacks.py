"""The blocks of the newest answer in stacks: what a frame costs hardly grows with the answer.

For each frame Streamlit's page goes again over all that stands beside the open block. In stacks of
4, 5, 6… blocks, n blocks make about √(2n) stacks, and no block has more than that beside it.
"""

from collections.abc import Iterator, Sequence
from itertools import count, islice

import streamlit as st

FIRST_SIZE = 4


def stack_sizes() -> Iterator[int]:
    """How many blocks each stack holds, one after another, without end."""
    return count(FIRST_SIZE)


def draw_stacked(blocks: Sequence[str]) -> None:
    """Draws finished blocks where they stood while they were streamed."""
    left = iter(blocks)
    for size in stack_sizes():
        stack = list(islice(left, size))
        if not stack:
            return
        with st.container():
            for block in stack:
                st.markdown(block)
