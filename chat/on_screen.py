"""Which temporary conversations somebody still has on screen; the others are removed in time.

Who looks is known by the life of an object of theirs, so that nobody has to say goodbye: a closed
tab never does.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from chat.ports import Clock

KEEP_S = 3600.0
"""How long a conversation is kept after the last look at it, in seconds."""
SWEEP_S = 300.0

Place = tuple[str, str]
"""Owner and conversation id."""


class OnScreen:
    """Remembers who looks at what.

    Args:
        remove: Removes a conversation of an owner's for good.
        clock: A monotonic clock, in seconds.
    """

    def __init__(self, remove: Callable[[str, str], None], clock: Clock = time.monotonic) -> None:
        self._remove = remove
        self._clock = clock
        self._shown: WeakKeyDictionary[object, Place] = WeakKeyDictionary()
        self._seen_at_s: dict[Place, float] = {}
        self._lock = threading.Lock()

    def note(self, looker: object, owner: str, conversation_id: str | None) -> None:
        """Hears what somebody looks at now; None for nothing that could be removed."""
        with self._lock:
            if conversation_id is None:
                self._shown.pop(looker, None)
                return
            self._shown[looker] = (owner, conversation_id)
            self._seen_at_s[owner, conversation_id] = self._clock()

    def knows(self, owner: str, conversation_id: str) -> bool:
        """Whether this is a temporary conversation that is not removed yet."""
        with self._lock:
            return (owner, conversation_id) in self._seen_at_s

    def sweep(self) -> None:
        """Removes what nobody has looked at for long. Blocks."""
        now_s = self._clock()
        with self._lock:
            self._seen_at_s.update(dict.fromkeys(self._shown.values(), now_s))
            left = [place for place, at_s in self._seen_at_s.items() if now_s - at_s > KEEP_S]
            for place in left:
                del self._seen_at_s[place]
        for owner, conversation_id in left:
            self._remove(owner, conversation_id)

    async def sweep_for_ever(self) -> None:
        """Sweeps every few minutes, for all visitors at once; ends when it is cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            await asyncio.to_thread(self.sweep)
