"""A reply as it is now: what the store has, and what its live log knows beyond that."""

from collections.abc import Mapping

from chat.conversations import ReplyRecord
from chat.live import LiveReply
from chat.recorder import record_of
from chat.reply import ReplyFold


def present_reply(reply: ReplyRecord, known: Mapping[str, LiveReply]) -> ReplyRecord:
    """The reply with what its log knows and the store does not have yet."""
    live = known.get(reply.id)
    if reply.outcome is not None or live is None or not live.is_closed:
        return reply
    fold = ReplyFold()
    fold.feed(live.read())
    return record_of(reply, fold)
