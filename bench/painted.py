"""From what was sent and what stood on the page when, to how long each token took. Pure.

Source and page are compared by their letters and digits alone: Markdown's marks, a cursor and
white space are on one side only. A token without any is not counted.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

MOST_SKIPPED = 64
"""Letters that may stand on the page and in no token (a list's numbers, a caption in a block)."""

Trail = Sequence[tuple[int, float]]
"""(letters on the page, Unix milliseconds at which a frame with them was painted), growing."""


@dataclass(frozen=True, slots=True)
class Delays:
    """How long tokens took from their emission to the screen, in milliseconds.

    Attributes:
        of_tokens: One for each token that can be seen, in their order.
        end_lag_ms: Last token painted after the last one was emitted.
        is_complete: Whether every token that can be seen was painted.
        at_ms: When each of those tokens was emitted, in Unix milliseconds.
    """

    of_tokens: tuple[float, ...]
    end_lag_ms: float
    is_complete: bool
    at_ms: tuple[float, ...] = ()

    @property
    def median_ms(self) -> float:
        """Of all tokens."""
        return median(self.of_tokens)

    @property
    def p95_ms(self) -> float:
        """95th percentile, nearest rank."""
        return percentile(self.of_tokens, 0.95)

    @property
    def last_quarter(self) -> float:
        """The last quarter's median in terms of the first's."""
        quarter = max(1, len(self.of_tokens) // 4)
        return median(self.of_tokens[-quarter:]) / median(self.of_tokens[:quarter])


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed, nearest rank."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def letters_of(text: str) -> str:
    """Letters and digits of a text, as `in_page.js` counts them."""
    return "".join(character for character in text if character.isalnum())


def ends_on_page(tokens: Sequence[str], page: str) -> list[int | None]:
    """How many letters stand on the page when each token does; None for one that never shows.

    Args:
        tokens: What the upstream sent, as Markdown.
        page: The letters of the finished answer on the page.
    """
    ends: list[int | None] = []
    place = 0
    for token in tokens:
        letters = letters_of(token)
        found = page.startswith(letters, place) if letters else False
        at = place if found else -1
        if not found and len(letters) > 3:
            at = page.find(letters, place, place + MOST_SKIPPED + len(letters))
        ends.append(at + len(letters) if at >= 0 else None)
        place = ends[-1] or place
    return ends


def delays(
    tokens: Sequence[str], emitted_at_ms: Sequence[float], page: str, trail: Trail
) -> Delays:
    """How long each token took.

    Args:
        tokens: What the upstream sent.
        emitted_at_ms: When, token by token, in Unix milliseconds of one clock with the trail.
        page: The letters of the answer on the page at the end.
        trail: How the page grew.

    Raises:
        ValueError: nothing of the answer was seen.
    """
    took: list[float] = []
    at_ms: list[float] = []
    step, last_ms, unseen = 0, 0.0, 0
    visible = [place for place, token in enumerate(tokens) if letters_of(token)]
    ends = ends_on_page(tokens, page)
    for place in visible:
        end = ends[place]
        if end is None or place >= len(emitted_at_ms):
            continue
        while step < len(trail) and trail[step][0] < end:
            step += 1
        if step == len(trail):
            unseen += 1
            continue
        last_ms = trail[step][1]
        took.append(last_ms - emitted_at_ms[place])
        at_ms.append(emitted_at_ms[place])
    if not took:
        raise ValueError("nothing of the answer was seen")
    is_sent = len(emitted_at_ms) == len(tokens)
    is_complete = is_sent and unseen == 0 and ends[visible[-1]] is not None
    return Delays(tuple(took), last_ms - emitted_at_ms[-1], is_complete, tuple(at_ms))
