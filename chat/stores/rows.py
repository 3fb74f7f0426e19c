"""Values ↔ rows: which column holds which part of a turn. No statement is made or run here."""

from typing import Any

from sqlalchemy import Row

from chat.conversations import Conversation, ReplyRecord, UserMessage
from chat.errors import Failure
from chat.events import Usage
from chat.metrics import Timings
from chat.stores.schema import messages

USER_COLUMNS = (
    messages.c.parent_id,
    messages.c.created_at.label("user_created_at"),
    messages.c.text.label("user_text"),
)
"""What `user_of` needs beside the reply's own columns."""


def state_of(record: ReplyRecord) -> dict[str, object]:
    """The columns of a reply that change while it runs."""
    usage, failure, timings = record.usage, record.failure, record.timings
    return {
        "outcome": record.outcome,
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
        "ttft_s": timings.ttft_s,
        "first_reasoning_s": timings.first_reasoning_s,
        "decode_s": timings.decode_s,
        "total_s": timings.total_s,
        "started_at": record.started_at,
        "reasoning_chars": record.reasoning_chars,
        "text_chars": record.text_chars,
        "reasoning": record.reasoning,
        "text": record.text,
    }


def conversation_of(row: Row[Any]) -> Conversation:
    """One line of the list."""
    return Conversation(row.id, row.owner, row.title, row.updated_at)


def user_of(row: Row[Any]) -> UserMessage:
    """The user message of a reply's row that was selected with `USER_COLUMNS`."""
    return UserMessage(row.message_id, row.parent_id, row.user_text, row.user_created_at)


def reply_of(row: Row[Any]) -> ReplyRecord:
    """The reply as it was saved."""
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
        timings=Timings(row.ttft_s, row.first_reasoning_s, row.decode_s, row.total_s),
        text_chars=row.text_chars,
        reasoning_chars=row.reasoning_chars,
    )


def _usage_of(row: Row[Any]) -> Usage | None:
    if row.prompt_tokens is None:
        return None
    return Usage(
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        reasoning_tokens=row.reasoning_tokens,
        cached_tokens=row.cached_tokens,
        cost_usd=row.cost_usd,
    )


def _failure_of(row: Row[Any]) -> Failure | None:
    if row.failure_kind is None:
        return None
    return Failure(
        kind=row.failure_kind,
        detail=row.failure_detail,
        status=row.failure_status,
        retry_after_s=row.failure_retry_after_s,
    )
