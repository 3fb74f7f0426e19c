"""What measures the answers of a process, in one value for pages and API; no formula is here."""

from dataclasses import dataclass
from typing import Self

from chat.measured import Measured, Medians
from chat.painted import PaintBook
from chat.ports import Clock
from chat.settings import Settings


@dataclass(frozen=True, slots=True)
class Measuring:
    """All that.

    Attributes:
        measured: Where figures are kept that come after an answer's end.
        medians: What is usual for an owner and model.
        book: What pages report of their painting.
    """

    measured: Measured
    medians: Medians
    book: PaintBook

    @classmethod
    def of(cls, measured: Measured, settings: Settings, clock: Clock) -> Self:
        """Made as the settings want it."""
        return cls(measured, Medians(measured, clock), PaintBook(is_kept=settings.paint_figures))
