"""The tables, as the newest migration leaves them. No query and no connection here.

    conversations ──< messages ──< replies ──── reply_logs
          │              └─ parent_id: the reply a message follows, so a conversation is a tree
          │              └──< message_images
          └──< queued_messages              processes: who lives, to tell whose answers run
                                            stops: what processes ask each other to stop

    favourite_models, presets: what an owner prefers
    comparisons: in `comparison_tables`
    api_tokens: by which programs ask in their owners' names

`number` is the order in which rows were made; the wall clock may step back. The table `search`,
which differs between databases, is in `chat.stores.search`. `migrations/` makes them all; a test
holds the two together.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    and_,
    false,
)

from chat.stores.columns import Number, PlainText, UtcMoment

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("owner", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("updated_at", UtcMoment, nullable=False),
    # The reply at the end of the shown path; None means the newest. As `messages.parent_id`, no
    # foreign key: it would close a cycle, which SQLite cannot add to a table afterwards.
    Column("leaf_id", PlainText),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("deleted_at", UtcMoment),
    # Kept out of the lists: calls of the OpenAI-compatible API, each a conversation, and lanes.
    Column("hidden", Boolean, nullable=False, server_default=false()),
)
_IS_LISTED = and_(conversations.c.deleted_at.is_(None), conversations.c.hidden.is_(false()))
# Read backwards it is the sidebar's list, so the newest few cost the same among any number.
Index(
    "ix_conversations_list",
    conversations.c.owner,
    conversations.c.pinned,
    conversations.c.updated_at,
    conversations.c.id,
    sqlite_where=_IS_LISTED,
    postgresql_where=_IS_LISTED,
)
Index(
    "ix_conversations_deleted_at",
    conversations.c.deleted_at,
    sqlite_where=conversations.c.deleted_at.is_not(None),
    postgresql_where=conversations.c.deleted_at.is_not(None),
)

messages = Table(
    "messages",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", PlainText, nullable=False),
    Column("conversation_id", PlainText, ForeignKey("conversations.id"), nullable=False),
    Column("parent_id", PlainText),
    Column("created_at", UtcMoment, nullable=False),
    # Set on a deleted message and on all that follow from it, so that no query has to climb;
    # the id of the one that was deleted says what to bring back together.
    Column("deleted_at", UtcMoment),
    Column("deleted_with", PlainText),
    Column("text", PlainText, nullable=False),
    Index("ix_messages_id", "id", unique=True),
    Index("ix_messages_conversation_id", "conversation_id"),
    Index("ix_messages_parent_id", "parent_id"),
)
Index(
    "ix_messages_deleted_at",
    messages.c.deleted_at,
    sqlite_where=messages.c.deleted_at.is_not(None),
    postgresql_where=messages.c.deleted_at.is_not(None),
)

replies = Table(
    "replies",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", PlainText, nullable=False),
    Column("owner", PlainText, nullable=False),
    # Whose it was while its answer began; the process that writes it knows no other owner.
    Column("former_owner", PlainText),
    Column("conversation_id", PlainText, ForeignKey("conversations.id"), nullable=False),
    Column("message_id", PlainText, ForeignKey("messages.id"), nullable=False),
    Column("continues_id", PlainText),
    Column("outcome", PlainText),  # None while it runs
    Column("process_id", PlainText),
    Column("model", PlainText, nullable=False),
    Column("served_model", PlainText),
    Column("upstream_provider", PlainText),
    Column("generation_id", PlainText),
    Column("prompt_tokens", BigInteger),
    Column("completion_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("cost_usd", Float),
    Column("failure_kind", PlainText),
    Column("failure_detail", PlainText),
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
    Column("reasoning", PlainText, nullable=False),
    Column("text", PlainText, nullable=False),
    # These came later, and a column that is added comes last.
    Column("failure_error_type", PlainText),
    Column("failure_reason", PlainText),
    Column("failure_upstream_provider", PlainText),
    Column("failure_affordable_tokens", BigInteger),
    Column("failure_resets_epoch_s", Float),
    Column("retry_s", Float),
    Column("reconnect_s", Float),
    Column("tries", Integer, nullable=False, server_default="1"),
    Column("reconnections", Integer, nullable=False, server_default="0"),
    Column("switched_to", PlainText),  # a JSON list of model ids; None for none
    Column("parts", PlainText),  # a JSON list; None where one request brought everything
    # What each means is said in migration 0009 and in `chat.measures`.
    Column("connect_s", Float),
    Column("queue_s", Float),
    Column("first_event_s", Float),
    Column("reasoning_s", Float),
    Column("gap_p50_s", Float),
    Column("gap_p95_s", Float),
    Column("gap_p99_s", Float),
    Column("gap_max_s", Float),
    Column("stall_s", Float),
    Column("tok_s", Float),
    Column("painted_ttft_s", Float),
    Column("paint_lag_p50_s", Float),
    Column("paint_lag_p95_s", Float),
    Column("paint_freeze_s", Float),
    Column("said_latency_s", Float),
    Column("said_generation_s", Float),
    Column("keep_alives", BigInteger),
    Column("stalls", BigInteger),
    Column("said_prompt_tokens", BigInteger),
    Column("said_completion_tokens", BigInteger),
    Column("failure_endpoint", PlainText),
    Column("failure_lent_key", Boolean),
    Index("ix_replies_id", "id", unique=True),
    Index("ix_replies_conversation_id", "conversation_id"),
    Index("ix_replies_message_id", "message_id"),
    Index("ix_replies_owner_started_at", "owner", "started_at"),
    Index("ix_replies_owner_model", "owner", "model", "started_at"),
)
Index(
    "ix_replies_running",
    replies.c.process_id,
    sqlite_where=replies.c.outcome.is_(None),
    postgresql_where=replies.c.outcome.is_(None),
)

reply_logs = Table(
    "reply_logs",
    metadata,
    Column("reply_id", PlainText, ForeignKey("replies.id"), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

queued_messages = Table(
    "queued_messages",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", PlainText, nullable=False),
    Column("owner", PlainText, nullable=False),
    Column("conversation_id", PlainText, ForeignKey("conversations.id"), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("text", PlainText, nullable=False),
    Index("ix_queued_messages_id", "id", unique=True),
    Index("ix_queued_messages_conversation_id", "conversation_id"),
)

processes = Table(
    "processes",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("beat_at", UtcMoment, nullable=False),
)

# Asked of whichever process writes the reply. No foreign key: it may be gone when this is swept.
stops = Table("stops", metadata, Column("reply_id", PlainText, primary_key=True))
message_images = Table(
    "message_images",
    metadata,
    Column("message_id", PlainText, ForeignKey("messages.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("media_type", PlainText, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

favourite_models = Table(
    "favourite_models",
    metadata,
    Column("owner", PlainText, primary_key=True),
    Column("model", PlainText, primary_key=True),
    Column("created_at", UtcMoment, nullable=False),
)

presets = Table(
    "presets",
    metadata,
    Column("owner", PlainText, primary_key=True),
    Column("name", PlainText, primary_key=True),
    Column("text", PlainText, nullable=False),
)

# Looked up by the hash at each request of a program; the token itself is nowhere.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("owner", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("hash", PlainText, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("last_used_at", UtcMoment),
    Index("ix_api_tokens_hash", "hash", unique=True),
    Index("ix_api_tokens_owner", "owner"),
)
