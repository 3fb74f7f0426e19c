"""What is known after a stop: how much came, and whether it goes on costing."""

from datetime import datetime, timedelta

from chat.billing import bills_after_cancel
from chat.conversations import ReplyRecord
from chat.late_usage import WAITS_S
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX
from chat.ui.reply_stats import NOT_KNOWN, cost, count

SLACK_S = 10
"""Time that the asking itself may take, in seconds."""


def awaits_cost(reply: ReplyRecord, now: datetime) -> bool:
    """Whether the upstream may still say what a stopped answer cost."""
    is_asked = reply.outcome == "stopped" and reply.usage is None and reply.generation_id
    if not is_asked or reply.model.startswith((LOCAL_PREFIX, SIMULATOR_PREFIX)):
        return False
    ended_at = reply.started_at + timedelta(seconds=reply.timings.total_s or 0)
    return now - ended_at < timedelta(seconds=sum(WAITS_S) + SLACK_S)


def receipt_of(reply: ReplyRecord) -> str:
    """The line under a stopped reply."""
    shown = f"{count(reply.tokens)} shown"
    if reply.model.startswith((LOCAL_PREFIX, SIMULATOR_PREFIX)):
        return f"{shown} · nothing is billed"
    goes_on = bills_after_cancel(reply.upstream_provider)
    if goes_on is None:
        billing = f"whether {reply.upstream_provider or 'the provider'} stops billing: {NOT_KNOWN}"
    elif goes_on:
        billing = f"{reply.upstream_provider} bills the whole answer"
    else:
        billing = f"{reply.upstream_provider} stops billing with the stop"
    return f"{shown} · {billing} · {cost(reply.usage.cost_usd if reply.usage else None)}"
