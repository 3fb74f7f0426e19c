"""What an API answer says of itself: the figures of a fold, under the names clients know.

The names are those of the AI SDK's own performance figures where it has one.
"""

from chat.conversations import ReplyRecord
from chat.events import Usage
from chat.metrics import answer_pace_tok_s, answer_tokens
from chat.reply import ReplyFold

MS = 1000.0

Figures = dict[str, object]


def figures_of(answer: ReplyFold | ReplyRecord, conversation_id: str) -> Figures:
    """What is known of an answer so far; what is not known is left out.

    Returns:
        Model and upstream provider, ids, outcome, `ttftMs`, `responseTimeMs` (both milliseconds),
        `outputTokensPerSecond`, `usage` (tokens; `isEstimated` where nobody counted) and
        `costUsd`. JSON values only.
    """
    usage, text_chars, reasoning_chars = answer.usage, answer.text_chars, answer.reasoning_chars
    tokens = answer_tokens(usage, text_chars + reasoning_chars, answer.parts)
    pace = answer_pace_tok_s(usage, text_chars, reasoning_chars, answer.timings, answer.parts)
    figures: Figures = {
        "conversationId": conversation_id,
        "model": answer.served_model,
        "provider": answer.upstream_provider,
        "generationId": answer.generation_id,
        "outcome": answer.outcome,
        "ttftMs": _ms(answer.timings.ttft_s),
        "responseTimeMs": _ms(answer.timings.total_s),
        "outputTokensPerSecond": round(pace, 2) if pace is not None else None,
        "usage": {**_usage(usage, tokens.count), "isEstimated": tokens.is_estimated},
        "costUsd": usage.cost_usd if usage is not None else None,
    }
    return {name: value for name, value in figures.items() if value is not None}


def _usage(usage: Usage | None, output_tokens: int) -> Figures:
    if usage is None:
        return {"outputTokens": output_tokens}
    counts = {
        "inputTokens": usage.prompt_tokens,
        "outputTokens": usage.completion_tokens,
        "reasoningTokens": usage.reasoning_tokens,
        "cachedInputTokens": usage.cached_tokens,
    }
    return {name: count for name, count in counts.items() if count is not None}


def _ms(value_s: float | None) -> float | None:
    return round(value_s * MS, 1) if value_s is not None else None
