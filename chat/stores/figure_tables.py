"""The tables of past days' figures, packed for the metrics page; see `chat.stores.figures`.

    figure_days: of an owner's busy day, or of everybody's, the figures of all replies in columns
    stale_figure_days: which of them are not true any more; triggers write it

A mark is a row of its own, not a change of the day's: transactions that mark days wait for none of
each other, in whatever order they come to them.
"""

from sqlalchemy import Column, Index, LargeBinary, Table

from chat.stores.columns import Number, PlainText
from chat.stores.schema import metadata

figure_days = Table(
    "figure_days",
    metadata,
    Column("owner", PlainText, primary_key=True),  # "" for everybody
    Column("day", PlainText, primary_key=True),  # of UTC, as 2030-05-01
    Column("data", LargeBinary, nullable=False),
)

stale_figure_days = Table(
    "stale_figure_days",
    metadata,
    Column("number", Number, primary_key=True),
    Column("owner", PlainText, nullable=False),
    Column("day", PlainText, nullable=False),
    Index("ix_stale_figure_days", "owner", "day"),
)

PACKING_LOCK = 7_304_812_008
"""PostgreSQL's advisory lock: shared by who changes replies, alone by who packs a day of them.

Without it a reply that ends while its day is packed would be in neither the pack nor the marks.
"""
