"""A reply's figures as a row of named values, for tables and files; and such rows as CSV or JSON.

Nothing that was said is in it: no text, no title.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from chat.conversations import ReplyRecord
from chat.measures import inter_token_s

Value = str | int | float | bool | datetime | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula
(https://owasp.org/www-community/attacks/CSV_Injection)."""


def row_of(reply: ReplyRecord) -> dict[str, Value]:
    """The figures by name; durations in seconds, unknown ones None."""
    usage, timings, measures = reply.usage, reply.timings, reply.measures
    painted, said = reply.painted, reply.said
    return {
        "id": reply.id,
        "started_at": reply.started_at,
        "model": reply.model,
        "served_model": reply.served_model,
        "upstream_provider": reply.upstream_provider,
        "outcome": reply.outcome,
        "failure_kind": reply.failure.kind if reply.failure else None,
        "ttft_s": timings.ttft_s,
        "tok_s": reply.throughput_tok_s,
        "inter_token_s": inter_token_s(reply.throughput_tok_s),
        "total_s": timings.total_s,
        "tokens": reply.tokens.count,
        "tokens_estimated": reply.tokens.is_estimated,
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "reasoning_tokens": usage.reasoning_tokens if usage else None,
        "cached_tokens": usage.cached_tokens if usage else None,
        "cost_usd": usage.cost_usd if usage else None,
        "connect_s": measures.connect_s,
        "queue_s": measures.queue_s,
        "keep_alives": measures.keep_alives,
        "first_event_s": measures.first_event_s,
        "first_reasoning_s": timings.first_reasoning_s,
        "reasoning_s": measures.reasoning_s,
        "decode_s": timings.decode_s,
        "gap_p50_s": measures.gap_p50_s,
        "gap_p95_s": measures.gap_p95_s,
        "gap_p99_s": measures.gap_p99_s,
        "gap_max_s": measures.gap_max_s,
        "stalls": measures.stalls,
        "stall_s": measures.stall_s,
        "tries": reply.tries,
        "retry_s": timings.retry_s,
        "reconnections": reply.reconnections,
        "reconnect_s": timings.reconnect_s,
        "painted_ttft_s": painted.ttft_s,
        "paint_lag_p50_s": painted.lag_p50_s,
        "paint_lag_p95_s": painted.lag_p95_s,
        "paint_freeze_s": painted.freeze_s,
        "said_ttft_s": said.latency_s,
        "said_generation_s": said.generation_s,
        "said_tokens": said.completion_tokens,
    }


COLUMNS: Mapping[str, type] = {
    "id": str,
    "started_at": datetime,
    "model": str,
    "served_model": str,
    "upstream_provider": str,
    "outcome": str,
    "failure_kind": str,
    "ttft_s": float,
    "tok_s": float,
    "inter_token_s": float,
    "total_s": float,
    "tokens": int,
    "tokens_estimated": bool,
    "prompt_tokens": int,
    "reasoning_tokens": int,
    "cached_tokens": int,
    "cost_usd": float,
    "connect_s": float,
    "queue_s": float,
    "keep_alives": int,
    "first_event_s": float,
    "first_reasoning_s": float,
    "reasoning_s": float,
    "decode_s": float,
    "gap_p50_s": float,
    "gap_p95_s": float,
    "gap_p99_s": float,
    "gap_max_s": float,
    "stalls": int,
    "stall_s": float,
    "tries": int,
    "retry_s": float,
    "reconnections": int,
    "reconnect_s": float,
    "painted_ttft_s": float,
    "paint_lag_p50_s": float,
    "paint_lag_p95_s": float,
    "paint_freeze_s": float,
    "said_ttft_s": float,
    "said_generation_s": float,
    "said_tokens": int,
}
"""What `row_of` gives, in its order."""


def as_csv(replies: Sequence[ReplyRecord], *, has_head: bool) -> str:
    """Lines of CSV by RFC 4180 that a spreadsheet takes for text, never for formulas."""
    written = io.StringIO()
    writer = csv.writer(written)
    if has_head:
        writer.writerow(COLUMNS)
    for reply in replies:
        writer.writerow(map(_cell, row_of(reply).values()))
    return written.getvalue()


def as_json(replies: Sequence[ReplyRecord]) -> str:
    """The rows as JSON objects with commas between them, without the list's brackets."""
    return ",\n".join(
        json.dumps(row_of(reply), default=datetime.isoformat, ensure_ascii=False)
        for reply in replies
    )


def _cell(value: Value) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
