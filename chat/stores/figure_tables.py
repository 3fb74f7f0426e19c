"""The tables of past figures, packed for the metrics page; see `chat.stores.figures`.

    packed_figures: all figures of an owner's busy day or hour, or of everybody's, in columns
    stale_figures: which of them are not true any more; triggers write it

A mark is a row of its own, not a change of the packed one: transactions that mark wait for none of
each other, in whatever order they come to them.
"""

from sqlalchemy import Column, Index, LargeBinary, Table

from chat.stores.columns import Number, PlainText
from chat.stores.schema import metadata

packed_figures = Table(
    "packed_figures",
    metadata,
    Column("owner", PlainText, primary_key=True),  # "" for everybody
    Column("span", PlainText, primary_key=True),  # of UTC, as 2030-05-01 or 2030-05-01 13
    Column("data", LargeBinary, nullable=False),
)

stale_figures = Table(
    "stale_figures",
    metadata,
    Column("number", Number, primary_key=True),
    Column("owner", PlainText, nullable=False),
    Column("span", PlainText, nullable=False),
    Index("ix_stale_figures", "owner", "span"),
)

PACKING_LOCK = 7_304_812_008
"""PostgreSQL's advisory lock: shared by who changes replies, alone by who packs some.

Without it a reply that ends while its hour is packed would be in neither the pack nor the marks.
"""
