"""The elements of answers that have ended: found once, however often the page is drawn."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from chat.mending import mended
from chat.segments import split

MOST = 2048


class FinishedBlocks:
    """What texts that have ended are drawn in; the oldest go first where there are too many.

    May be used from any thread. Two that ask at once for the same text may both find it.

    Args:
        most: So many texts are kept.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[str, bool], tuple[str, ...]] = OrderedDict()

    def of(self, text: str, *, is_cut: bool) -> tuple[str, ...]:
        """The elements of a text.

        Args:
            text: As it came.
            is_cut: Whether it broke off: what its last words leave open is closed, as on screen.
        """
        with self._lock:
            found = self._found.get((text, is_cut))
        if found is None:
            found = tuple(split(mended(text) if is_cut else text))
        self._keep((text, is_cut), found)
        return found

    def learn(self, text: str, elements: Sequence[str]) -> None:
        """Takes over what the reader of a whole answer has found on the way.

        To cut 1,200 tokens anew would take as long as all else that is drawn at an answer's end.
        """
        if "".join(elements) == text:
            self._keep((text, False), tuple(elements))

    def _keep(self, key: tuple[str, bool], found: tuple[str, ...]) -> None:
        with self._lock:
            self._found[key] = found
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)


finished_blocks = FinishedBlocks()
"""Those of this process."""
