"""Memory for columns of very many figures, and steps over them that take little more.

What is large has memory of its own, which goes back to the system as soon as it is let go of. That
of malloc does not: from the first array that is freed on, glibc keeps its like in the arena of the
thread (https://man7.org/linux/man-pages/man3/mallopt.3.html, M_MMAP_THRESHOLD). There are eight
arenas for each core, and every page is drawn in a new thread: after 24 views of a million replies
they kept 200 MB, of which nothing was in use. So what is made in passing is made in the same two
threads for everybody, see `Span`.
"""

import mmap
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.bool_]
Numbers = npt.NDArray[Any]

PIECE = 1 << 16
"""Rows that are looked at together: what is made on the way stays small."""
_PRIVATE = {} if sys.platform == "win32" else {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS}
"""Half the time of memory that others could share."""


def room(count: int, kind: npt.DTypeLike) -> Numbers:
    """An array in memory of its own, to be written: what is not has an address and no memory."""
    size = count * np.dtype(kind).itemsize
    return np.frombuffer(mmap.mmap(-1, size, **_PRIVATE), kind) if size else np.empty(0, kind)


def pieces(count: int) -> Iterator[slice]:
    """The rows from the first to the last, some at a time."""
    for first in range(0, count, PIECE):
        yield slice(first, min(first + PIECE, count))


def where(values: Numbers, chosen: Bits) -> Numbers:
    """A copy of the chosen values, in their order and in memory of its own."""
    held, end = room(int(np.count_nonzero(chosen)), values.dtype), 0
    for piece in pieces(len(values)):
        some = values[piece][chosen[piece]]
        held[end : end + len(some)] = some
        end += len(some)
    return held


def looked_up(table: Numbers, codes: Numbers) -> Numbers:
    """What a table holds at each of these places."""
    found = np.empty(len(codes), table.dtype)
    for piece in pieces(len(codes)):
        found[piece] = table[codes[piece]]
    return found


def counts(codes: Numbers, kinds: int) -> npt.NDArray[np.int64]:
    """How often each of the numbers from 0 on occurs; there are so many of them."""
    found = np.zeros(kinds, np.int64)
    for piece in pieces(len(codes)):
        found += np.bincount(codes[piece], minlength=kinds)
    return found


def smallest(values: Numbers, limit: int, *, largest: bool = False) -> npt.NDArray[np.intp]:
    """Where the smallest values are, or the largest, in order; those that are no numbers last."""
    sign = -1 if largest else 1
    best = np.empty(0, np.intp)
    for piece in pieces(len(values)):
        places = np.concatenate([best, np.arange(piece.start, piece.stop)])
        if limit < len(places):
            # NaN counts as largest here as in a sort.
            few = np.argpartition(sign * values[places], limit)[:limit]
            places = np.sort(places[few])
        best = places
    return best[np.argsort(sign * values[best], kind="stable")]
