"""The figures of one reply in words: live while it is written, final below it when it is done."""

from chat.conversations import ReplyRecord
from chat.measured import Slow
from chat.metrics import Timings, Tokens, estimated_tokens, least_usd, throughput_tok_s
from chat.reply import ReplyFold

NOT_KNOWN = "n/a"
NAME_CHARS = 60
LEAST_USD = 0.000001
SETTLED_S = 0.5
"""A pace over less than this much time, in seconds, says nothing yet."""


def seconds(value_s: float | None) -> str:
    """A duration as it is shown: "0.21 s", or "n/a"."""
    return NOT_KNOWN if value_s is None else f"{value_s:.2f} s"


def rate(value_tok_s: float | None, *, is_estimated: bool) -> str:
    """A throughput as it is shown: "48.3 tok/s", "≈ 48.3 tok/s" when estimated, or "n/a"."""
    if value_tok_s is None:
        return f"{NOT_KNOWN} tok/s"
    return f"{'≈ ' if is_estimated else ''}{value_tok_s:.1f} tok/s"


def count(tokens: Tokens) -> str:
    """A number of tokens as it is shown: "210 tokens", with "≈" when estimated."""
    unit = "token" if tokens.count == 1 else "tokens"
    return f"{'≈ ' if tokens.is_estimated else ''}{tokens.count:,} {unit}"


def cost(value_usd: float | None) -> str:
    """A cost as it is shown: "$0.000412", "$2.00", "free", or "cost n/a"."""
    if value_usd is None:
        return f"cost {NOT_KNOWN}"
    if 0 < value_usd < LEAST_USD:
        return f"under ${LEAST_USD:f}"
    dollars, _, rest = f"{value_usd:.6f}".partition(".")
    return "free" if value_usd == 0 else f"${dollars}.{rest.rstrip('0'):0<2}"


def reasoning_line(timings: Timings, elapsed_s: float | None = None) -> str:
    """What stands on the folded reasoning: for how long the model has thought, or thinks.

    Args:
        timings: Of the reply.
        elapsed_s: Time since the request was sent, while it is being answered, in seconds.
    """
    begun_s = timings.first_reasoning_s
    if begun_s is None:
        return "Reasoning"
    if timings.ttft_s is not None:
        return f"Thought for {max(0.0, timings.ttft_s - begun_s):.1f} s"
    now_s = timings.total_s if timings.total_s is not None else elapsed_s
    if now_s is None:
        return "Reasoning"
    # Those two count from the first request, the others from the one that brought the answer.
    thought_s = max(0.0, now_s - begun_s - (timings.retry_s or 0.0))
    return f"{'Thinking' if timings.total_s is None else 'Thought'} for {thought_s:.1f} s"


def final_line(reply: ReplyRecord, slow: Slow | None = None) -> str:
    """The quiet line under a reply.

    Args:
        reply: The reply.
        slow: How it compares with its owner's other answers of the model, where it is slow.
    """
    tokens = reply.tokens
    parts = [
        f"TTFT {seconds(reply.timings.ttft_s)}",
        rate(reply.throughput_tok_s, is_estimated=tokens.is_estimated),
        count(tokens),
        f"total {seconds(reply.timings.total_s)}",
    ]
    if reply.usage is not None and reply.usage.cost_usd is not None:
        parts.append(cost(reply.usage.cost_usd))
    elif (least := least_usd(reply.parts)) is not None:
        parts.append(f"{cost(least)} or more")
    by = _shortened(reply.served_model or reply.model)
    parts.append(f"{by} via {reply.upstream_provider}" if reply.upstream_provider else by)
    if slow is not None:
        how = "slower" if slow.what == "token" else "longer to the first word"
        parts.append(f"{slow.times:.1f}× {how} than your median for this model")
    return " · ".join(parts)


def _shortened(name: str) -> str:
    """A model's id as far as a line has room for it."""
    return name if len(name) <= NAME_CHARS else f"{name[: NAME_CHARS - 1]}…"


def live_line(fold: ReplyFold, elapsed_s: float) -> str:
    """The line beside the badge while a reply is written.

    Args:
        fold: The answer so far.
        elapsed_s: Time since the request was sent, in seconds.
    """
    parts = [f"{elapsed_s:.1f} s"]
    tokens = estimated_tokens(fold.text_chars + fold.reasoning_chars)
    pace_tok_s = throughput_tok_s(tokens, fold.timings)
    if pace_tok_s is not None and (fold.timings.decode_s or 0.0) >= SETTLED_S:
        parts.append(f"≈ {pace_tok_s:.0f} tok/s")
    return " · ".join(parts)
