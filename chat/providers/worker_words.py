"""What is said between the worker and its parent; pickled, so neither may change alone."""

from dataclasses import dataclass

from chat.errors import ProviderError
from chat.events import Event
from chat.messages import ChatRequest
from chat.routing import Endpoint


@dataclass(frozen=True, slots=True)
class Begin:
    """Read an answer.

    Attributes:
        number: What it is called from now on, on both sides.
    """

    number: int
    endpoint: Endpoint
    request: ChatRequest


@dataclass(frozen=True, slots=True)
class Cancel:
    """Close its connection; nothing more is said of it."""

    number: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes.

    Attributes:
        error: Why; None for the end of a whole answer.
        fault: For the log, if the fault is ours: the class of the exception.
    """

    error: ProviderError | None = None
    fault: str = ""


Command = Begin | Cancel
Said = tuple[int, Event | Ended]
"""Of which answer, and what. `RequestLeft` is no event of a provider: it is told aside."""

READY: Said = (-1, Ended())
"""The first that is said: everything is imported."""
