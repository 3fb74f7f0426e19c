"""What every part of the store is made of; what it keeps is the part's own affair."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine


class PartOfStore:
    """One part of the store: its calls take one transaction each.

    Args:
        reader: For transactions that only read.
        writer: For those that write.
        now: The present moment, UTC.
    """

    def __init__(self, reader: Engine, writer: Engine, now: Callable[[], datetime]) -> None:
        self._reader = reader
        self._writer = writer
        self._now = now
