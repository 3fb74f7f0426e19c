"""When a frame is worth painting, and what goes into it.

`st.write_stream` sends the whole open element for each piece, so a frame costs the element's
size T in bytes (and `FRAME_BYTES` for its envelope), however little it adds. Time is passed in;
nothing here waits.

A frame is due
1. at once, if it is the first; else
2. (`FRAME_BYTES` + T) / `COST_BYTES_S` seconds after the last, but at least `FRAME_S` and at most
   `PATIENCE_S`: 50 ms up to T = 180, 100 ms from 480 on. This is all that ordinary text waits;
3. or later, where the browser is behind, the process has many readers or the page is hidden;
   see `Load`;
4. from T = `LARGE_BYTES` on only when what waits is worth it, `WORTH` times it being at least T,
   or when nothing came for `STALL_S`.

What keeps T small are the segments: a settled block is never sent again. A block that goes on for
longer than about two seconds' worth of text is drawn in slices (`Seam`), and once as a whole when
it has ended. What has no seams (a nested list's one item, a block quote, HTML) falls under rule 4:
its frames stand T / (`WORTH` · r) apart at r bytes/s, which keeps the sum of all bytes linear.
"""

import math
from dataclasses import dataclass

from chat.markdown_parser import is_closed_inline
from chat.markdown_seams import Seam
from chat.segments import Action, Piece, Seal, Seams, Segmenter

FRAME_S = 0.05
PATIENCE_S = 0.1
BEHIND_S = 0.4
HIDDEN_S = 2.0
READER_S = 0.002
"""Time between two frames that each reader of a process is good for."""
STALL_S = 0.4
FRAME_BYTES = 120
COST_BYTES_S = 6_000
LARGE_BYTES = 8_000
WORTH = 9

SLICE_WORTH = 9
SLICE_LEAST_BYTES = 800
SLICE_MOST_BYTES = 4_000
RATE_S = 1.0
"""How far back arrivals count for the rate, in seconds."""


@dataclass(frozen=True, slots=True)
class Load:
    """What stands in the way of painting, besides the text.

    Attributes:
        lag_s: How late the browser painted what it was sent last, in seconds.
        is_hidden: Whether nobody can see the page.
        readers: Answers that this process is sending to pages now.
    """

    lag_s: float = 0.0
    is_hidden: bool = False
    readers: int = 1

    def stretch_s(self, frame_s: float) -> float:
        """The time between two frames that would be `frame_s` apart without any load."""
        if self.is_hidden:
            return HIDDEN_S
        stretched_s = max(frame_s, self.readers * READER_S)
        # A browser that is late by more than a few frames gets them further apart, until it is not.
        is_behind = self.lag_s > 3 * stretched_s
        return min(max(stretched_s, self.lag_s / 2), BEHIND_S) if is_behind else stretched_s


NO_LOAD = Load()


class Pacer:
    """Decides when one reader of one answer paints; times are seconds on any one clock."""

    def __init__(self) -> None:
        self._painted_s: float | None = None
        self._received_s = 0.0
        self._seconds = 0.0
        self._bytes = 0.0
        self._load = NO_LOAD

    @property
    def rate_bytes_s(self) -> float:
        """What arrived lately, in bytes a second; 0 before the second arrival."""
        return self._bytes / self._seconds if self._seconds else 0.0

    def receive(self, now_s: float, size_bytes: int) -> None:
        """Notes that text arrived."""
        if self._received_s:
            passed_s = max(now_s - self._received_s, 0.001)
            fading = math.exp(-passed_s / RATE_S)
            self._seconds = self._seconds * fading + passed_s
            self._bytes = self._bytes * fading + size_bytes
        self._received_s = now_s

    def bear(self, load: Load) -> None:
        """Notes what stands in the way from now on."""
        self._load = load

    def wait_s(self, now_s: float, pending_bytes: int, tail_bytes: int) -> float:
        """Seconds until a frame is due if nothing more arrives; infinite if nothing is pending.

        Args:
            now_s: the time.
            pending_bytes: what was not painted yet, in UTF-8.
            tail_bytes: size of the open element, what is pending included.
        """
        if not pending_bytes:
            return math.inf
        due_s = self._due_s(tail_bytes)
        if tail_bytes > max(LARGE_BYTES, WORTH * pending_bytes):
            due_s = max(due_s, self._received_s + STALL_S)
        return max(0.0, due_s - now_s)

    def rest_s(self, now_s: float, tail_bytes: int) -> float:
        """Seconds until a frame could be due, whatever arrives meanwhile.

        Args:
            now_s: the time.
            tail_bytes: size of the open element.
        """
        return max(0.0, self._due_s(tail_bytes) - now_s)

    def _due_s(self, tail_bytes: int) -> float:
        if self._painted_s is None:
            return -math.inf
        cost_s = (FRAME_BYTES + tail_bytes) / COST_BYTES_S
        return self._painted_s + self._load.stretch_s(min(max(cost_s, FRAME_S), PATIENCE_S))

    def paint(self, now_s: float) -> None:
        """Notes that all that was pending is painted."""
        self._painted_s = now_s

    def slice_bytes(self) -> float:
        """How large an open block may grow before it goes on in another slice.

        As large as lets all its frames send `SLICE_WORTH` times its text: over a slice they send
        half of it on average.
        """
        worth = SLICE_WORTH * self.rate_bytes_s * PATIENCE_S
        return min(max(2 * (worth - FRAME_BYTES), SLICE_LEAST_BYTES), SLICE_MOST_BYTES)


class Frames:
    """One answer on its way to one reader: deltas in, at due times frames out.

    A frame is a list of actions. The text of its pieces is what was fed; a `Seam` among them says
    that the open block goes on in another slice, and is not part of the text.
    """

    def __init__(self, segmenter: Segmenter | None = None, pacer: Pacer | None = None) -> None:
        self._segmenter = segmenter or Segmenter()
        self._pacer = pacer or Pacer()
        self._pending: list[Action] = []
        self._pending_bytes = 0
        # The open slice: what of it is painted, and all its text.
        self._painted_bytes = 0
        self._slice: list[str] = []
        self._slice_bytes = 0
        self._try_bytes = 0.0

    def feed(self, delta: str, now_s: float) -> None:
        """Takes the next part of the text."""
        self._pacer.receive(now_s, len(delta.encode()))
        self._add(self._segmenter.feed(delta, self._wanted_seams()))

    def bear(self, load: Load) -> None:
        """Notes what stands in the way of painting from now on."""
        self._pacer.bear(load)

    def wait_s(self, now_s: float) -> float:
        """Seconds until `take` is due if nothing more arrives; 0 is now, infinite is never."""
        return self._pacer.wait_s(now_s, self._pending_bytes, self._slice_bytes)

    def rest_s(self, now_s: float) -> float:
        """Seconds in which `take` will not be due, whatever arrives; nobody need look before."""
        return self._pacer.rest_s(now_s, self._slice_bytes)

    def take(self, now_s: float) -> list[Action]:
        """The frame: all that waits."""
        self._pacer.paint(now_s)
        return self._drain()

    def finish(self) -> list[Action]:
        """The last frame: all that waits or was held back. No need to be due."""
        self._add(self._segmenter.flush())
        return self._drain()

    def elements(self, text: str) -> list[str]:
        """The elements of the whole text, after `finish`: what `split` would find once more.

        Args:
            text: All that was fed.
        """
        return self._segmenter.elements(text)

    def _wanted_seams(self) -> Seams:
        # What was painted at once, however large, is no reason to cut what waits.
        limit = max(self._pacer.slice_bytes(), self._try_bytes)
        if self._painted_bytes < limit:
            return "none"
        return "good" if self._painted_bytes < 2 * limit else "any"

    def _add(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Piece(text):
                    self._append(text)
                case Seal():
                    self._begin_slice()
                    self._pending.append(action)
                case Seam() if self._can_cut(action):
                    self._begin_slice()
                    self._slice_bytes = len(action.reopen)
                    self._pending.append(action)

    def _append(self, text: str) -> None:
        match self._pending:
            case [*_, Piece(before)]:
                self._pending[-1] = Piece(before + text)
            case _:
                self._pending.append(Piece(text))
        size = len(text.encode())
        self._pending_bytes += size
        self._slice_bytes += size
        self._slice.append(text)

    def _can_cut(self, seam: Seam) -> bool:
        if not self._painted_bytes:
            return False  # it was cut by an earlier seam of the same delta
        if seam.is_inline and not is_closed_inline("".join(self._slice)):
            self._try_bytes = 1.25 * self._slice_bytes
            return False
        return True

    def _begin_slice(self) -> None:
        self._painted_bytes = self._slice_bytes = 0
        self._try_bytes = 0.0
        self._slice.clear()

    def _drain(self) -> list[Action]:
        pending, self._pending, self._pending_bytes = self._pending, [], 0
        self._painted_bytes = self._slice_bytes
        return pending
