"""What measures the answers of a process, in one value; made in the wiring. No formula is here."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from chat.api.prometheus import Exposition
from chat.end_figures import EndFigures, end_figures_of
from chat.live import LiveReply
from chat.log_lines import log_ended, write_json_lines
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
        exposition: What Prometheus reads.
        listeners: Told of each ended answer.
    """

    measured: Measured
    medians: Medians
    book: PaintBook
    exposition: Exposition
    listeners: Sequence[Callable[[EndFigures], None]]

    @classmethod
    def of(cls, measured: Measured, settings: Settings, clock: Clock) -> Self:
        """Made as the settings want it; sees to the log's format, too."""
        exposition = Exposition()
        listeners = [exposition.note] if settings.metrics_token is not None else []
        if settings.log_format == "json":
            write_json_lines(sys.stderr)
            listeners.append(log_ended)
        book = PaintBook(is_kept=settings.paint_figures)
        return cls(measured, Medians(measured, clock), book, exposition, listeners)

    def end(self, live: LiveReply) -> None:
        """Tells all listeners of an answer that has ended; takes as long as its log."""
        ended = end_figures_of(live) if self.listeners else None
        for listen in self.listeners:
            if ended is not None:
                listen(ended)
