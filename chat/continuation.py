"""Joins a continued answer to what was there: no repeat at the seam, and a new start is noticed.

A model that is given its own partial answer as the last message either goes on, or repeats the last
words first, or begins again from the top, or says something about it. Which of them it is shows in
its first words, and only those are held back.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Literal, cast

from chat.errors import CannotGoOn
from chat.events import Continued, Event, Finished, StartedOver, TextDelta
from chat.unwilling import Opening

OVERLAP_CHARS = 12
"""Shorter agreements at the seam are taken for chance, unless they are all there was before."""
WIDE_CHARS = 3
"""For how many letters a Chinese or Japanese character, or an emoji, counts in that."""
FIRST_WIDE = "\u2e80"
"""From here on Unicode has the characters of East Asia, and most emoji."""
START_CHARS = 24
"""So many characters as at the very beginning of the answer: the model has started over."""
TAIL_CHARS = 2_000
"""How far back a repeat is looked for, and how much of a new start is waited for."""

Verdict = Literal["undecided", "joined", "started_over"]


class Joiner:
    """Judges the beginning of a continuation.

    Args:
        before: The partial answer that is continued.
    """

    def __init__(self, before: str) -> None:
        self._before = before
        self._tail = before[-TAIL_CHARS:]
        self._held = ""
        self.verdict: Verdict = "undecided"

    @property
    def is_decided(self) -> bool:
        """Whether it is clear what the model does."""
        return self.verdict != "undecided"

    def feed(self, text: str) -> str:
        """What to append now; "" while it is not yet clear what the model does."""
        if self.is_decided:
            return text
        self._held += text
        may_start_over = len(self._held) <= TAIL_CHARS and self._before.startswith(self._held)
        if may_start_over or self._held in self._tail:
            return ""
        return self._decide()

    def flush(self) -> str:
        """What is still held, at the end of the answer."""
        return "" if self.is_decided else self._decide()

    def _decide(self) -> str:
        held, self._held = self._held, ""
        is_short = len(self._before) <= TAIL_CHARS
        is_repeat = is_short and held.startswith(self._before)
        overlap = len(self._before) if is_repeat else _overlap(self._tail, held)
        is_whole = overlap == len(self._before)
        if _weight(held[:overlap]) >= OVERLAP_CHARS or (is_whole and overlap):
            self.verdict = "joined"
            return held[overlap:]
        if _agreement(self._before, held) >= min(START_CHARS, len(self._before)) > 0:
            self.verdict = "started_over"
            return held
        self.verdict = "joined"
        return held


def _overlap(before: str, after: str) -> int:
    """Length of the longest end of `before` that `after` begins with."""
    longest = min(len(before), len(after))
    return next((n for n in range(longest, 0, -1) if before.endswith(after[:n])), 0)


def _weight(text: str) -> int:
    """The length of a text in letters that say as much."""
    return sum(WIDE_CHARS if character >= FIRST_WIDE else 1 for character in text)


def _agreement(one: str, other: str) -> int:
    """Length of the common beginning."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


class _Beginning:
    """What a continuation begins with, held back until it is clear what the model does.

    Args:
        before: The partial answer.
    """

    def __init__(self, before: str) -> None:
        self._joiner = Joiner(before)
        self._opening = Opening(before)
        self._held = ""
        self._is_open = False

    def take(self, piece: str) -> Iterator[Event]:
        """What a piece of text frees.

        Raises:
            CannotGoOn: the model does not go on; nothing of what it said is to be shown.
        """
        if self._is_open:
            yield TextDelta(piece)
            return
        self._held += self._joiner.feed(piece)
        if self._joiner.verdict == "joined" and self._held:
            if not self._opening.is_unclear(self._held):
                yield from self._release()
        elif self._joiner.verdict == "started_over":
            yield from self._release()

    def end(self) -> Iterator[Event]:
        """What is still held, at the end or a break."""
        if not self._is_open:
            self._held += self._joiner.flush()
            yield from self._release()

    def _release(self) -> Iterator[Event]:
        """The verdict comes before the text it frees."""
        self._is_open = True
        if self._joiner.verdict == "started_over":
            yield StartedOver()
        if self._held:
            yield TextDelta(self._held)


async def continued(before: str, source: AsyncIterator[Event]) -> AsyncGenerator[Event, None]:
    """The events of an answer that goes on from `before`, which it begins with.

    Args:
        before: The partial answer.
        source: What the provider says when asked to go on.

    Raises:
        CannotGoOn: the model speaks about going on instead; what it said is not shown.
    """
    yield Continued(before)
    beginning = _Beginning(before)
    # Ours are generators; closing one closes its connection.
    async with aclosing(cast("AsyncGenerator[Event, None]", source)) as events:
        try:
            async for event in events:
                for part in _through(beginning, event):
                    yield part
        except CannotGoOn:
            raise
        except Exception:  # whatever broke it: what was held is let go of, then it is raised again
            for part in beginning.end():
                yield part
            raise
    # A stream that ends without a finish has said something too.
    for part in beginning.end():
        yield part


def _through(beginning: _Beginning, event: Event) -> Iterator[Event]:
    match event:
        case TextDelta(piece):
            yield from beginning.take(piece)
        case Finished():
            yield from beginning.end()
            yield event
        case _:
            yield event
