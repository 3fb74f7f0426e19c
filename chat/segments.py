"""A growing Markdown text → settled top-level blocks and a live tail.

`st.write_stream` only appends to the open element, so the cut is made while the text arrives:
`Piece` goes on in the open element, `Seal` settles it, and where a long block could be drawn in
parts a `Seam` says so if asked. When a frame is worth painting is decided
in `pacing`, where a block begins in `markdown_blocks`.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from chat.markdown_blocks import OpenBlock
from chat.markdown_parser import ParseBlocks, parse_blocks
from chat.markdown_seams import Seam, Verdict

HOLD_CHARS = 40
"""Most characters of a line's start that wait for what they become; then they just go on."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to append to the open element."""

    text: str


@dataclass(frozen=True, slots=True)
class Seal:
    """The open element will not change any more; the next piece begins a new one."""


Action = Piece | Seal | Seam

Seams = Literal["none", "good", "any"]
"""Which seams are wanted: in a paragraph good ones lie between sentences, any between words."""

_ENDS = (". ", "! ", "? ", ".\n", "!\n", "?\n", "。", "！", "？")


class Segmenter:
    """Cuts one answer. The pieces joined are the text fed, whatever the deltas were.

    A new element begins only where a line certainly begins a new top-level block, judged by the
    text up to there, so the cut does not depend on how the text arrived. An element may hold
    several blocks (an indented code block stays with the paragraph before it, since Streamlit
    would strip its indentation); it never holds a part of one. Held back are only the first
    characters of a line that could be a marker (`-`, `1.`, a fence's first line after a
    paragraph), at most `HOLD_CHARS`.

    Definitions are the one thing that reaches across blocks: `[a]: …` and `[^1]: …` change how
    links and footnotes anywhere else read. They cannot be known beforehand, so such an answer is
    cut as any other while it streams, `needs_repaint` says so, and `split` draws it whole, once.
    Adding the definitions to each block instead would number footnotes anew in every block.

    Args:
        parse: the block parser, to count its calls in tests.
    """

    def __init__(self, parse: ParseBlocks = parse_blocks) -> None:
        self._open = OpenBlock(parse)
        self._line: list[str] = []
        self._held = ""
        self._at_line_start = True
        self._is_tail_blank = True
        self._sizes = [0]
        self._seams: Seams = "none"
        self._last_chars = ""
        self._line_start = ""
        self._may_be_table = False

    @property
    def needs_repaint(self) -> bool:
        """Whether sealed elements may read otherwise than in the whole text; see `split`."""
        return self._open.has_definitions and len(self._sizes) > 1

    def feed(self, delta: str, seams: Seams = "none") -> list[Action]:
        """Takes the next part of the text; gives what can be shown now.

        Args:
            delta: The part.
            seams: Which places to name where the open block can be cut. Looking for them holds
                back what may be a list item's marker or a fence's end, and nothing else.
        """
        self._seams = seams
        actions: list[Action] = []
        begin = 0
        while begin < len(delta):
            end = delta.find("\n", begin) + 1 or len(delta)
            self._take(delta[begin:end], actions)
            begin = end
        return actions

    def flush(self) -> list[Action]:
        """Ends the text: whatever was held back comes out."""
        actions: list[Action] = []
        if self._held:
            self._show(self._held, actions, is_new=self._open.line_begins_block(self._held))
            self._held = ""
        if self._line:
            self._open.take_line("".join(self._line))
            self._line.clear()
        return actions

    def elements(self, text: str) -> list[str]:
        """The elements that the text was cut into, once it has ended: see `split`.

        Args:
            text: All that was fed.
        """
        if self.needs_repaint:
            return [text]
        ends = list(accumulate(self._sizes))
        return [text[end - size : end] for end, size in zip(ends, self._sizes, strict=True) if size]

    def _take(self, part: str, actions: list[Action]) -> None:
        """Takes a part of one line, with or without its end."""
        self._line.append(part)
        if len(self._line) == 1:
            self._line_start, self._may_be_table = "", False
        self._line_start = (self._line_start + part)[:HOLD_CHARS]
        self._may_be_table |= "|" in part
        if self._at_line_start:
            self._decide(part, actions)
        else:
            self._go_on(part, actions)
        if part.endswith("\n"):
            self._open.take_line("".join(self._line))
            self._line.clear()
            self._at_line_start = True

    def _decide(self, part: str, actions: list[Action]) -> None:
        # One character at a time, so that the verdict is the same however the text was cut.
        for place, character in enumerate(part, start=1):
            self._held += character
            is_new = self._judge(self._held)
            seam = self._seam(self._held) if is_new is False else False
            if is_new is not None and seam is not None:
                if seam:
                    actions.append(seam)
                self._show(self._held, actions, is_new=is_new)
                self._held = ""
                self._go_on(part[place:], actions)
                return

    def _judge(self, held: str) -> bool | None:
        if held.endswith("\n"):
            return self._open.line_begins_block(held)
        if len(held) >= HOLD_CHARS:
            return False
        return self._open.begins_block(held)

    def _seam(self, held: str) -> Verdict:
        if self._seams == "none" or self._is_tail_blank:
            return False
        seam = self._open.seam_before(held)
        return False if seam is None and len(held) >= HOLD_CHARS else seam

    def _go_on(self, part: str, actions: list[Action]) -> None:
        """Goes on within a line, which in a paragraph can be cut."""
        place = self._place_between_words(part) if self._seams != "none" else None
        if place is None:
            self._append(part, actions)
            return
        self._append(part[:place], actions)
        actions.append(Seam(is_inline=True))
        self._append(part[place:], actions)

    def _place_between_words(self, part: str) -> int | None:
        """The first place in a paragraph's words where a part of it may end."""
        if self._may_be_table:
            return None
        before = self._last_chars
        for place, character in enumerate(part):
            # A letter, so that what follows is not taken for a list, a heading, a quote.
            if character.isalpha() and self._may_end(before, character):
                return place if self._open.is_paragraph(self._line_start) else None
            before = before[-1:] + character
        return None

    def _may_end(self, before: str, character: str) -> bool:
        if before.endswith(_ENDS):
            return True
        is_wide = character > "\u2e80" and before[-1:] > "\u2e80"
        return self._seams == "any" and (before[-1:].isspace() or is_wide)

    def _show(self, text: str, actions: list[Action], *, is_new: bool) -> None:
        # An element of blank lines only would be an empty gap on the page.
        if is_new and not self._is_tail_blank:
            actions.append(Seal())
            self._sizes.append(0)
        self._append(text, actions)
        self._at_line_start = False

    def _append(self, text: str, actions: list[Action]) -> None:
        if not text:
            return
        self._sizes[-1] += len(text)
        self._last_chars = (self._last_chars + text)[-2:]
        self._is_tail_blank = self._is_tail_blank and text.isspace()
        match actions:
            case [*_, Piece(before)]:
                actions[-1] = Piece(before + text)
            case _:
                actions.append(Piece(text))


def split(text: str) -> list[str]:
    """The elements in which a finished answer is drawn: those it streamed in.

    Joined they are the text. An answer with link or footnote definitions is one element, since
    its blocks would read otherwise when drawn alone (`Segmenter.needs_repaint`). Costs 1
    to 100 ms per 10,000 characters (prose, numbered lists): keep the result, do not ask on each
    run.
    """
    segmenter = Segmenter()
    segmenter.feed(text)
    segmenter.flush()
    return segmenter.elements(text)
