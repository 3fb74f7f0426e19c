"""Where an answer stands that is being written: a fold over its log, for the line above it.

What of it lasts beyond the answer's end is in the stored reply; nothing here is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

from chat.errors import Failure
from chat.events import (
    Logged,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    SwitchedModel,
    TextDelta,
)

Phase = Literal["streaming", "retrying", "switched", "reconnecting", "reconnected"]


@dataclass(slots=True)
class LiveState:
    """Grows with the log; feed it each entry once, in order.

    Attributes:
        phase: What the reader is shown.
        changes: How often the phase has changed, so that each is announced once.
        attempt: Number of the try that is waited for or going on; 1 where none has failed.
        of: How many tries, or reconnections, there are at most.
        failure: Why it is not simply streaming, or None.
        switches: The models that were asked instead, one after the other.
    """

    phase: Phase = "streaming"
    changes: int = 0
    attempt: int = 1
    of: int = 1
    failure: Failure | None = None
    switches: list[str] = field(default_factory=list)
    _due_s: float | None = None
    _has_seam: bool = False

    def feed(self, entries: Iterable[Logged]) -> None:
        """Takes in the next entries of the log."""
        for entry in entries:
            self._take(entry)

    def wait_s(self, now_s: float) -> int:
        """Whole seconds until the next request leaves; 0 where none is waited for.

        Args:
            now_s: The present moment on the log's clock.
        """
        return max(0, ceil(self._due_s - now_s)) if self._due_s is not None else 0

    def _take(self, entry: Logged) -> None:
        match entry.event:
            case Retrying() as event:
                self._wait("retrying", event, entry.at_s)
            case Reconnecting() as event:
                self._has_seam = True
                self._wait("reconnecting", event, entry.at_s)
            case SwitchedModel(model, failure):
                self._enter("switched")
                self.switches.append(model)
                self.failure, self.attempt = failure, 1
            case RequestSent():
                self._due_s = None
            case TextDelta() if self.phase not in {"streaming", "reconnected"}:
                self._enter("reconnected" if self._has_seam else "streaming")
            case ReasoningDelta() if self.phase in {"retrying", "switched"} and not self._has_seam:
                self._enter("streaming")

    def _wait(self, phase: Phase, event: Retrying | Reconnecting, at_s: float) -> None:
        self._enter(phase)
        self.attempt, self.of, self.failure = event.attempt, event.of, event.failure
        self._due_s = at_s + event.wait_s

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.changes += 1
        self.failure = self._due_s = None
