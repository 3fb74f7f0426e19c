"""What is known after a stop: how much came, and whether it goes on costing."""

from chat.billing import bills_after_cancel
from chat.conversations import ReplyRecord
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX
from chat.ui.reply_stats import NOT_KNOWN, cost, count


def receipt_of(reply: ReplyRecord) -> str:
    """The line under a stopped reply."""
    shown = f"Stopped after {count(reply.tokens)}"
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
