"""How far apart the lanes of a comparison were asked: read off their logs, and kept."""

import logging
from collections.abc import Sequence

from chat.comparison import Round
from chat.errors import StoreError
from chat.events import RequestSent
from chat.live import LiveReply
from chat.ports import Store

_log = logging.getLogger(__name__)

START_WAIT_S = 1.0
"""How long it is waited for the first requests to leave, to tell how far apart they were."""


def save_starts(store: Store, owner: str, held: Round, lives: Sequence[LiveReply]) -> None:
    """Keeps how far apart the first requests left; all are asked by now, so it may fail."""
    starts_s = {live.conversation_id: _sent_at_s(live) for live in lives}
    known = [at_s for at_s in starts_s.values() if at_s is not None]
    first_s = min(known) if len(known) > 1 else None
    after_s = {
        lane_id: at_s - first_s if at_s is not None and first_s is not None else None
        for lane_id, at_s in starts_s.items()
    }
    try:
        store.comparisons.save_starts(owner, held.id, after_s)
    except StoreError:
        _log.warning("How far apart lanes started could not be kept.")


def _sent_at_s(live: LiveReply) -> float | None:
    """When the first request left, in seconds on the log's clock."""
    first = live.wait(0, START_WAIT_S)
    return first[0].at_s if first and isinstance(first[0].event, RequestSent) else None
