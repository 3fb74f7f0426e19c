"""When a frame is worth painting, and what goes into it.

`st.write_stream` sends the whole open element for each piece, so a frame costs the element's
size T, however few characters P it adds. Time is passed in; nothing here waits.

A frame is due
1. at once, if it is the first; else never sooner than `FRAME_S` after the last; then
2. when it is worth its cost: T ≤ `WORTH` · P. The P of all frames add up to the text, so such
   frames send at most `WORTH` characters for each character of text;
3. or T / `REPAINT_CHARS_S` seconds after the last: 33 ms up to T = 120, 100 ms at 360, 400 ms
   (`PATIENCE_S`) from 1,440 on. Such frames send at most `REPAINT_CHARS_S` characters/s, up to
   T = `LARGE_CHARS`, so they matter to slow answers only: at r characters/s they send
   `REPAINT_CHARS_S` / r characters for each of text where rule 2 alone would send fewer;
4. or when nothing came for `STALL_S`: what has arrived is shown, however large the element.

Above `LARGE_CHARS` rule 3 is off and rule 2 counts `WORTH_LARGE`: frames stand T / (9 r) apart,
e.g. 1.1 s at T = 10,000 and r = 1,000. That keeps the bytes linear in the answer; bounded delay,
linear bytes and sending one huge block whole cannot be had together.

Sealing an element sends it up to twice more: what waits, and Streamlit's own last write.
"""

import math

from chat.segments import Action, Piece, Segmenter

FRAME_S = 0.033
WORTH = 6
WORTH_LARGE = 9
LARGE_CHARS = 4_000
REPAINT_CHARS_S = 3_600
PATIENCE_S = 0.4
STALL_S = 0.4


class Pacer:
    """Decides when one reader of one answer paints; times are seconds on any one clock."""

    def __init__(self) -> None:
        self._painted_s: float | None = None
        self._received_s = 0.0

    def receive(self, now_s: float) -> None:
        """Notes that text arrived."""
        self._received_s = now_s

    def due(self, now_s: float, pending_chars: int, tail_chars: int) -> bool:
        """Whether to paint now.

        Args:
            now_s: the time.
            pending_chars: characters that were not painted yet.
            tail_chars: size of the open element, the pending characters included.
        """
        return self.wait_s(now_s, pending_chars, tail_chars) <= 0

    def wait_s(self, now_s: float, pending_chars: int, tail_chars: int) -> float:
        """Seconds until a frame is due if nothing more arrives; infinite if nothing is pending."""
        if not pending_chars:
            return math.inf
        if self._painted_s is None:
            return 0.0
        due_s = self._painted_s + _patience_s(pending_chars, tail_chars)
        stalled_s = max(self._received_s + STALL_S, self._painted_s + FRAME_S)
        return max(0.0, min(due_s, stalled_s) - now_s)

    def paint(self, now_s: float) -> None:
        """Notes that all that was pending is painted."""
        self._painted_s = now_s


def _patience_s(pending_chars: int, tail_chars: int) -> float:
    is_large = tail_chars > LARGE_CHARS
    if tail_chars <= (WORTH_LARGE if is_large else WORTH) * pending_chars:
        return FRAME_S
    if is_large:
        return math.inf
    return min(max(tail_chars / REPAINT_CHARS_S, FRAME_S), PATIENCE_S)


class Frames:
    """One answer on its way to one reader: deltas in, at due times frames out.

    A frame is a list of actions for `st.write_stream`: the text of a `Piece`, for a `Seal` a
    callable that does nothing.
    """

    def __init__(self, segmenter: Segmenter | None = None, pacer: Pacer | None = None) -> None:
        self._segmenter = segmenter or Segmenter()
        self._pacer = pacer or Pacer()
        self._pending: list[Action] = []
        self._pending_chars = 0

    @property
    def needs_repaint(self) -> bool:
        """Whether the finished answer must be drawn anew; see `Segmenter`."""
        return self._segmenter.needs_repaint

    def feed(self, delta: str, now_s: float) -> None:
        """Takes the next part of the text."""
        self._pacer.receive(now_s)
        self._add(self._segmenter.feed(delta))

    def wait_s(self, now_s: float) -> float:
        """Seconds until `take` is due if nothing more arrives; 0 is now, infinite is never."""
        return self._pacer.wait_s(now_s, self._pending_chars, self._segmenter.tail_chars)

    def take(self, now_s: float) -> list[Action]:
        """The frame: all that waits."""
        self._pacer.paint(now_s)
        return self._drain()

    def finish(self) -> list[Action]:
        """The last frame: all that waits or was held back. No need to be due."""
        self._add(self._segmenter.flush())
        return self._drain()

    def _add(self, actions: list[Action]) -> None:
        for action in actions:
            match self._pending, action:
                case [*_, Piece(before)], Piece(text):
                    self._pending[-1] = Piece(before + text)
                case _:
                    self._pending.append(action)
            self._pending_chars += len(action.text) if isinstance(action, Piece) else 0

    def _drain(self) -> list[Action]:
        pending, self._pending, self._pending_chars = self._pending, [], 0
        return pending
