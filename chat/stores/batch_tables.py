"""The tables of batches, beside those of `schema`. No query here.

    batches ──< batch_items        an item's id is also its conversation's

As with comparisons, what was said is not referred to by keys: it may be deleted by itself.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table

from chat.stores.columns import Number, PlainText, UtcMoment
from chat.stores.schema import metadata

batches = Table(
    "batches",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", PlainText, nullable=False),
    Column("owner", PlainText, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("setups", PlainText, nullable=False),  # a JSON list, as `LaneSetup`
    Column("prompts", PlainText, nullable=False),  # a JSON list
    Column("at_once", Integer, nullable=False),
    Column("is_paused", Boolean, nullable=False),
    Column("deleted_at", UtcMoment),
    Column("run_by", PlainText),  # the process; no foreign key, as with replies: it may be gone
    Index("ix_batches_id", "id", unique=True),
    Index("ix_batches_owner", "owner"),
)

batch_items = Table(
    "batch_items",
    metadata,
    Column("number", Number, primary_key=True),  # also the order in which they are asked
    Column("id", PlainText, nullable=False),
    Column("batch_id", PlainText, ForeignKey("batches.id"), nullable=False),
    Column("prompt", Integer, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("message_id", PlainText, nullable=False),
    Column("tries", Integer, nullable=False),
    Index("ix_batch_items_id", "id", unique=True),
    Index("ix_batch_items_batch_id", "batch_id"),
)
