"""Lets one caller at a time into each place; who comes meanwhile is turned away, not kept waiting.

What a place is, its users decide.
"""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class OneAtATime:
    """The places that are taken."""

    def __init__(self) -> None:
        self._taken: set[Hashable] = set()
        self._lock = threading.Lock()

    @contextmanager
    def within(self, place: Hashable, refusal: Exception) -> Iterator[None]:
        """Holds a place for as long as the block runs.

        Raises:
            Exception: `refusal`, where somebody is in it already.
        """
        with self._lock:
            if place in self._taken:
                raise refusal
            self._taken.add(place)
        try:
            yield
        finally:
            with self._lock:
                self._taken.discard(place)
