"""Pages are drawn one at a time, and so are frames, so that answers go on while others come and go.

All threads share one interpreter in equal parts, and a thread that has let go of it, if only to
write to a socket, stands in line for it again. With forty pages at once the engine got a fortieth
of it; with a hundred answers each of the server's writes waited for threads that had a frame to
draw, and words came ten seconds late where forty others ended. Here they wait where they are in
nobody's way: beside the engine and the server there is one page and one frame at most.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 5.0
"""After this a page is drawn all the same: what stands still must not hold up the rest."""
FRAME_PATIENCE_S = 1.0
"""Likewise a frame."""


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
        self._enter()
        try:
            yield
        finally:
            self.leave()

    @contextmanager
    def stepping_aside(self) -> Iterator[None]:
        """Lets others pass until the end of the block, for whoever waits in between."""
        self.leave()
        yield
        self._enter()

    def leave(self) -> None:
        """Gives the thread's turn to the next one, if it is its turn."""
        if getattr(self._here, "has_turn", False):
            self._here.has_turn = False
            self._lock.release()

    def _enter(self) -> None:
        self._here.has_turn = self._lock.acquire(timeout=self._patience_s)


drawing = Turnstile()
"""The one that all pages of this process pass; the streaming parts leave it before they wait."""
painting = Turnstile(FRAME_PATIENCE_S)
"""The one that all who stream pass, frame by frame."""
