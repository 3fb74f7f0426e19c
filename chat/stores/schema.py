"""The tables, as the newest migration leaves them. No query and no connection here.

    conversations ──< messages ──< replies
                         └─ parent_id: the reply a message follows, so a conversation is a tree

`migrations/` makes them; a test holds the two together.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    false,
)


class UtcMoment(TypeDecorator[datetime]):
    """A moment with its time zone; SQLite drops the zone, so UTC is written and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turns an aware moment to UTC; refuses one without a zone, whose meaning is a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected a moment with a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - likewise
        """Gives the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("updated_at", UtcMoment, nullable=False),
    # The reply at the end of the shown path; None means the newest. As `messages.parent_id`, no
    # foreign key: it would close a cycle, which SQLite cannot add to a table afterwards.
    Column("leaf_id", Text),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("deleted_at", UtcMoment),
    Index("ix_conversations_owner_updated_at", "owner", "updated_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("parent_id", Text),
    Column("created_at", UtcMoment, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_messages_conversation_id", "conversation_id"),
    Index("ix_messages_parent_id", "parent_id"),
)

replies = Table(
    "replies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("message_id", Text, ForeignKey("messages.id"), nullable=False),
    # Order of making within the conversation, from 0. Newest is told by this and not by the wall
    # clock, which may step back.
    Column("position", Integer, nullable=False),
    Column("outcome", Text),  # None while it runs
    Column("process_id", Text),
    Column("model", Text, nullable=False),
    Column("served_model", Text),
    Column("upstream_provider", Text),
    Column("generation_id", Text),
    Column("prompt_tokens", BigInteger),
    Column("completion_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("cost_usd", Float),
    Column("failure_kind", Text),
    Column("failure_detail", Text),
    Column("failure_status", BigInteger),
    Column("failure_retry_after_s", Float),
    Column("ttft_s", Float),
    Column("first_reasoning_s", Float),
    Column("decode_s", Float),
    Column("total_s", Float),
    Column("started_at", UtcMoment, nullable=False),
    Column("updated_at", UtcMoment, nullable=False),
    Column("reasoning_chars", Integer, nullable=False),
    Column("text_chars", Integer, nullable=False),
    # The long ones last: SQLite then reads the figures without walking through the text's pages.
    Column("reasoning", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_replies_conversation_id_position", "conversation_id", "position", unique=True),
    Index("ix_replies_message_id", "message_id"),
    Index("ix_replies_owner_started_at", "owner", "started_at"),
)

Index(
    "ix_replies_running",
    replies.c.process_id,
    sqlite_where=replies.c.outcome.is_(None),
    postgresql_where=replies.c.outcome.is_(None),
)
