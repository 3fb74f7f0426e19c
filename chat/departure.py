"""How a provider tells, from deep within its library, that a request leaves just now.

A generator of events cannot say it: it waits for the response while the request is on its way.
"""

from collections.abc import Callable
from contextvars import ContextVar

_ON_LEAVING: ContextVar[Callable[[], None]] = ContextVar("on_leaving", default=lambda: None)


def hear_leaving(on_leaving: Callable[[], None]) -> None:
    """Has `on_leaving` called for each request that leaves within this task from now on."""
    _ON_LEAVING.set(on_leaving)


def tell_leaving() -> None:
    """Says that the first byte of a request leaves now; heard by whoever runs this task."""
    _ON_LEAVING.get()()
