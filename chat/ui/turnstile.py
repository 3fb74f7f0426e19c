"""Pages are drawn one at a time, so that answers go on while many others begin or end.

Drawing a page is a tenth of a second of Python, and all threads share one interpreter in equal
parts: with forty pages at once the engine got a fortieth of it, and every answer stood for seconds.
Who streams does not count: the streaming parts leave before they wait for words.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 5.0
"""After this a page is drawn all the same: what stands still must not hold up the rest."""


class Turnstile:
    """Lets one thread through at a time.

    Args:
        patience_s: How long one waits for its turn, in seconds, before it goes on without.
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._lock = threading.Lock()
        self._patience_s = patience_s
        self._here = threading.local()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Has the turn until the end of the block, or until the thread leaves."""
        self._here.has_turn = self._lock.acquire(timeout=self._patience_s)
        try:
            yield
        finally:
            self.leave()

    def leave(self) -> None:
        """Gives the thread's turn to the next one, if it is its turn."""
        if getattr(self._here, "has_turn", False):
            self._here.has_turn = False
            self._lock.release()


drawing = Turnstile()
"""The one that all pages of this process pass."""
