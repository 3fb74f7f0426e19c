"""How far apart the requests of a comparison's lanes left: read off their logs, and kept."""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

from chat.comparison import Round
from chat.errors import StoreError
from chat.events import RequestLeft
from chat.live import LiveReply
from chat.ports import Store

_log = logging.getLogger(__name__)


def when_all_left(lives: Sequence[LiveReply], act: Callable[[], None]) -> None:
    """Has `act` called once every answer's request has left, or the answer has ended without that.

    Nobody waits: it is called on the engine's thread, or on this one where all of that is past.
    """
    waiting = {live.id for live in lives}
    lock = threading.Lock()

    def look(live: LiveReply) -> None:
        # Called for each entry of the log, of which all but the first few are of no interest.
        if live.id not in waiting or not (live.is_closed or left_at_s(live) is not None):
            return
        with lock:
            is_last = waiting == {live.id}
            waiting.discard(live.id)
        if is_last:
            act()

    for live in lives:
        live.watch(partial(look, live))
        look(live)


def save_starts(store: Store, owner: str, held: Round, lives: Sequence[LiveReply]) -> None:
    """Keeps how far apart the first requests left; the answers run anyway, so it may fail."""
    left_s = {live.conversation_id: left_at_s(live) for live in lives}
    known = [at_s for at_s in left_s.values() if at_s is not None]
    first_s = min(known) if len(known) > 1 else None
    after_s = {
        lane_id: at_s - first_s if at_s is not None and first_s is not None else None
        for lane_id, at_s in left_s.items()
    }
    try:
        store.comparisons.save_starts(owner, held.id, after_s)
    except StoreError:
        _log.warning("How far apart lanes started could not be kept.")


def left_at_s(live: LiveReply) -> float | None:
    """When the answer's first request left, in seconds on the log's clock; None where untold."""
    left = (entry.at_s for entry in live.read() if isinstance(entry.event, RequestLeft))
    return next(left, None)
