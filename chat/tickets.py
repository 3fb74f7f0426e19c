"""Keys that wait to be remembered: what a page's script carries is a ticket, never the key.

A Streamlit script cannot set a cookie, and a page must not be sent the key. So the script leaves
the key here, the page posts the ticket to our route, and the route sets the cookie.
"""

import secrets
import threading
from dataclasses import dataclass

from chat.messages import Secret
from chat.ports import Clock

LIFE_S = 60.0
HELD = 1000
HELD_BY_VISITOR = 10


@dataclass(frozen=True, slots=True)
class _Ticket:
    visitor: str
    key: Secret
    made_s: float


class Tickets:
    """Tickets for keys: good once, for one visitor, for a minute.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, _Ticket] = {}
        self._lock = threading.Lock()

    def issue(self, visitor: str, key: Secret) -> str:
        """A ticket for a key."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            now_s = self._clock()
            self._held = {
                name: held for name, held in self._held.items() if now_s - held.made_s <= LIFE_S
            }
            theirs = [name for name, held in self._held.items() if held.visitor == visitor]
            for name in theirs[: max(0, len(theirs) - HELD_BY_VISITOR + 1)]:
                del self._held[name]
            while len(self._held) >= HELD:
                del self._held[next(iter(self._held))]
            self._held[ticket] = _Ticket(visitor, key, now_s)
        return ticket

    def redeem(self, visitor: str, ticket: str) -> Secret | None:
        """The key of a ticket; None where it is unknown, foreign, used or too old."""
        with self._lock:
            held = self._held.get(ticket)
            if held is None or held.visitor != visitor:
                return None
            del self._held[ticket]
        return held.key if self._clock() - held.made_s <= LIFE_S else None
