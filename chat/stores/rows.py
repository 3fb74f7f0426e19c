"""Values ↔ rows: which column holds which part of a conversation."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from chat.conversations import Conversation, QueuedMessage, ReplyRecord, UserMessage
from chat.errors import Failure
from chat.events import Usage
from chat.images import Image
from chat.measures import Measures, PaintFigures, UpstreamSays
from chat.metrics import Part, Timings


def insert_new(db: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Inserts a row, unless there is one with its key, also where another process is as quick."""
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    db.execute(insert(table).values(row).on_conflict_do_nothing())


def conversation_row(conversation: Conversation, created_at: datetime) -> dict[str, object]:
    """A new conversation's columns."""
    return {
        "id": conversation.id,
        "owner": conversation.owner,
        "title": conversation.title,
        "created_at": created_at,
        "updated_at": conversation.updated_at,
        "pinned": conversation.is_pinned,
        "hidden": conversation.is_hidden,
    }


def message_row(user: UserMessage, conversation_id: str) -> dict[str, object]:
    """A new user message's columns."""
    return {
        "id": user.id,
        "conversation_id": conversation_id,
        "parent_id": user.parent_id,
        "created_at": user.created_at,
        "text": user.text,
    }


def reply_row(reply: ReplyRecord, now: datetime) -> dict[str, object]:
    """A new reply's columns."""
    return {
        "id": reply.id,
        "owner": reply.owner,
        "conversation_id": reply.conversation_id,
        "message_id": reply.message_id,
        "updated_at": now,
        **state_of(reply),
    }


def state_of(record: ReplyRecord) -> dict[str, object]:
    """The columns of a reply that change while it runs."""
    usage, failure, timings = record.usage, record.failure, record.timings
    return {
        "outcome": record.outcome,
        "continues_id": record.continues_id,
        "model": record.model,
        "served_model": record.served_model,
        "upstream_provider": record.upstream_provider,
        "generation_id": record.generation_id,
        "prompt_tokens": usage and usage.prompt_tokens,
        "completion_tokens": usage and usage.completion_tokens,
        "reasoning_tokens": usage and usage.reasoning_tokens,
        "cached_tokens": usage and usage.cached_tokens,
        "cost_usd": usage and usage.cost_usd,
        "failure_kind": failure and failure.kind,
        "failure_detail": failure and failure.detail,
        "failure_status": failure and failure.status,
        "failure_retry_after_s": failure and failure.retry_after_s,
        "failure_error_type": failure and failure.error_type,
        "failure_reason": failure and failure.reason,
        "failure_upstream_provider": failure and failure.upstream_provider,
        "failure_affordable_tokens": failure and failure.affordable_tokens,
        "failure_resets_epoch_s": failure and failure.resets_epoch_s,
        "failure_endpoint": failure and failure.endpoint,
        "failure_lent_key": failure and failure.is_lent_key,
        "ttft_s": timings.ttft_s,
        "first_reasoning_s": timings.first_reasoning_s,
        "decode_s": timings.decode_s,
        "total_s": timings.total_s,
        "retry_s": timings.retry_s,
        "reconnect_s": timings.reconnect_s,
        "tries": record.tries,
        "reconnections": record.reconnections,
        "switched_to": json.dumps(record.switched_to) if record.switched_to else None,
        "parts": json.dumps([asdict(part) for part in record.parts]) if record.parts else None,
        # Not read back: it follows from the others, but databases reckon with it.
        "tok_s": record.throughput_tok_s if record.outcome is not None else None,
        **asdict(record.measures),
        "started_at": record.started_at,
        "reasoning_chars": record.reasoning_chars,
        "text_chars": record.text_chars,
        "reasoning": record.reasoning,
        "text": record.text,
    }


def painted_row(painted: PaintFigures) -> dict[str, object]:
    """A reply's columns of how a browser showed it."""
    return {
        "painted_ttft_s": painted.ttft_s,
        "paint_lag_p50_s": painted.lag_p50_s,
        "paint_lag_p95_s": painted.lag_p95_s,
        "paint_freeze_s": painted.freeze_s,
    }


def said_row(says: UpstreamSays) -> dict[str, object]:
    """A reply's columns of what the upstream says of it."""
    return {
        "said_latency_s": says.latency_s,
        "said_generation_s": says.generation_s,
        "said_prompt_tokens": says.prompt_tokens,
        "said_completion_tokens": says.completion_tokens,
    }


def conversation_of(row: Row[Any]) -> Conversation:
    """One line of the list."""
    return Conversation(row.id, row.owner, row.title, row.updated_at, row.pinned, row.hidden)


def user_of(row: Row[Any], images: tuple[Image, ...]) -> UserMessage:
    """The user message as it was saved."""
    return UserMessage(row.id, row.parent_id, row.text, row.created_at, images)


def queued_of(row: Row[Any]) -> QueuedMessage:
    """The waiting message as it was saved."""
    return QueuedMessage(row.id, row.owner, row.conversation_id, row.text, row.created_at)


def reply_of(found: Row[Any]) -> ReplyRecord:
    """The reply as it was saved."""
    # Asking a row for its columns one by one by name takes three quarters of all this, and a long
    # conversation is read on each run of its page.
    row = SimpleNamespace(**dict(zip(found._fields, found, strict=True)))
    return ReplyRecord(
        id=row.id,
        owner=row.owner,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        model=row.model,
        started_at=row.started_at,
        outcome=row.outcome,
        text=row.text,
        reasoning=row.reasoning,
        served_model=row.served_model,
        upstream_provider=row.upstream_provider,
        generation_id=row.generation_id,
        usage=_usage_of(row),
        failure=_failure_of(row),
        timings=Timings(
            row.ttft_s,
            row.first_reasoning_s,
            row.decode_s,
            row.total_s,
            row.retry_s,
            row.reconnect_s,
        ),
        continues_id=row.continues_id,
        text_chars=row.text_chars,
        reasoning_chars=row.reasoning_chars,
        tries=row.tries,
        reconnections=row.reconnections,
        # Nearly all have neither.
        switched_to=tuple(json.loads(row.switched_to)) if row.switched_to else (),
        parts=tuple(map(_part_of, json.loads(row.parts))) if row.parts else (),
        measures=Measures(
            row.connect_s,
            row.queue_s,
            row.first_event_s,
            row.keep_alives,
            row.reasoning_s,
            row.gap_p50_s,
            row.gap_p95_s,
            row.gap_p99_s,
            row.gap_max_s,
            row.stalls,
            row.stall_s,
        ),
        painted=PaintFigures(
            row.painted_ttft_s, row.paint_lag_p50_s, row.paint_lag_p95_s, row.paint_freeze_s
        ),
        said=UpstreamSays(
            row.said_latency_s,
            row.said_generation_s,
            row.said_prompt_tokens,
            row.said_completion_tokens,
        ),
    )


def _part_of(part: dict[str, Any]) -> Part:
    usage = part["usage"]
    return Part(**{**part, "usage": None if usage is None else Usage(**usage)})


def _usage_of(row: SimpleNamespace) -> Usage | None:
    if row.prompt_tokens is None:
        return None
    return Usage(
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        reasoning_tokens=row.reasoning_tokens,
        cached_tokens=row.cached_tokens,
        cost_usd=row.cost_usd,
    )


def _failure_of(row: SimpleNamespace) -> Failure | None:
    if row.failure_kind is None:
        return None
    return Failure(
        kind=row.failure_kind,
        detail=row.failure_detail,
        status=row.failure_status,
        retry_after_s=row.failure_retry_after_s,
        error_type=row.failure_error_type or "",
        reason=row.failure_reason or "",
        upstream_provider=row.failure_upstream_provider or "",
        affordable_tokens=row.failure_affordable_tokens,
        resets_epoch_s=row.failure_resets_epoch_s,
        endpoint=row.failure_endpoint or "",
        is_lent_key=bool(row.failure_lent_key),
    )
