"""A reader by a hand-driven clock: what a paced answer sends to the page, and how long it waits."""

import math
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token

from chat.markdown_parser import parse_blocks
from chat.markdown_seams import Seam
from chat.pacing import FRAME_BYTES, NO_LOAD, Frames, Load
from chat.segments import Action, Piece, Seal, Segmenter


@dataclass
class Page:
    """What `chat.ui.live_blocks` sends: an element whole at each write, with an envelope.

    Writes to one element within one frame leave as one message, as in Streamlit's queue.
    """

    sent_bytes: int = 0
    frames: int = 0
    messages: int = 0
    blocks: list[str] = field(default_factory=list)
    slices: list[str] = field(default_factory=list)
    _slice: str = ""
    _block: str = ""
    _reopen: str = ""
    _is_cut: bool = False

    def write(self, actions: list[Action]) -> None:
        self.frames += bool(actions)
        for action in actions:
            match action:
                case Piece(text):
                    self._slice += self._reopen + text
                    self._block += text
                    self._reopen = ""
                case Seal():
                    self._end_block()
                case Seam():
                    self._cut(action)
        if self._slice:
            self._send(self._slice)

    def _send(self, text: str) -> None:
        self.messages += 1
        self.sent_bytes += len(text.encode()) + FRAME_BYTES

    def _cut(self, seam: Seam) -> None:
        self._end_slice(self._slice + seam.close)
        if not self._is_cut:
            self._send(self.slices[-1])  # the first slice moves in with the others
        self._is_cut, self._reopen = True, seam.reopen

    def _end_slice(self, text: str) -> None:
        self._send(text)
        self.slices.append(text)
        self._slice = ""

    def _end_block(self) -> None:
        self._end_slice(self._slice)
        if self._is_cut:
            self._send(self._block)
        self.blocks.append(self._block)
        self._block, self._is_cut = "", False


@dataclass
class Played:
    """What came of one answer; waits in seconds, one for each token."""

    page: Page
    waits_s: list[float]
    answer_bytes: int
    parsed: list[int]

    @property
    def sent_times(self) -> float:
        """Bytes to the page for each byte of the answer."""
        return self.page.sent_bytes / self.answer_bytes

    @property
    def p95_s(self) -> float:
        """How long 95 tokens of 100 wait at most."""
        return sorted(self.waits_s)[math.ceil(0.95 * len(self.waits_s)) - 1]


def play(tokens: tuple[str, ...], rate_tok_s: float, load: Load = NO_LOAD) -> Played:
    """Streams an answer; also notes the size of each text that the parser was given."""
    parsed: list[int] = []

    def parse(text: str, findings: dict[str, Any]) -> list[Token]:
        parsed.append(len(text))
        return parse_blocks(text, findings)

    frames, page, now_s = Frames(Segmenter(parse)), Page(), 0.0
    frames.bear(load)
    waits_s: list[float] = []
    waiting: list[float] = []
    for place, token in enumerate([*tokens, ""]):
        arrives_s = place / rate_tok_s
        while (due_s := now_s + frames.wait_s(now_s)) <= arrives_s:
            now_s = due_s
            waits_s += [now_s - since_s for since_s in waiting]
            waiting.clear()
            page.write(frames.take(now_s))
        now_s = arrives_s
        if token:
            frames.feed(token, now_s)
            waiting.append(now_s)
    page.write([*frames.finish(), Seal()])
    waits_s += [now_s - since_s for since_s in waiting]
    return Played(page, waits_s, len("".join(tokens).encode()), parsed)
