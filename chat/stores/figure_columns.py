"""The figures of many replies in columns: made of rows, written as bytes, read back, joined.

Arrow is the format and numpy what is computed with, so that a million replies are some 60 MB and
take no Python object each. What is summed from them is in `figure_sums`.
"""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Row

from chat.metrics import estimated_tokens

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]

_VERSION = b"1"
"""Of the bytes; those of another version are packed anew."""
_NUMBERS = {
    "number": pa.int64(),
    "at_us": pa.int64(),
    "ttft_s": pa.float32(),
    "tok_s": pa.float32(),
    "total_s": pa.float32(),
    "cost_usd": pa.float64(),
    "tokens": pa.float32(),
}
_NAMES = ("model", "provider", "outcome", "failure")
_SCHEMA = pa.schema(
    [
        *_NUMBERS.items(),
        *((name, pa.dictionary(pa.int32(), pa.string())) for name in _NAMES),
    ],
    metadata={b"version": _VERSION},
)


class OldPack(Exception):  # noqa: N818 - what it is, not a fault
    """The bytes are of another version."""


@dataclass(frozen=True, slots=True)
class Named:
    """A column of words: each row's place in a list of them."""

    codes: npt.NDArray[np.int32]
    names: tuple[str, ...]

    def among(self, wanted: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Which rows have one of these words."""
        known = set(wanted)
        return np.array([name in known for name in self.names] or [False])[self.codes]

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Named":
        """The rows that are chosen."""
        return Named(self.codes[chosen], self.names)


@dataclass(frozen=True, slots=True)
class Columns:
    """Replies, one row each. An unknown number is NaN, an unknown word is "".

    Attributes:
        number: The row's number in the table `replies`.
        at_us: When it began, in microseconds since 1970.
        ttft_s: In seconds.
        tok_s: In tokens per second.
        total_s: In seconds.
        cost_usd: In USD.
        tokens: Of the answer; perhaps estimated.
        model: As it was asked for.
        provider: The upstream provider.
        outcome: How it ended.
        failure: The kind of failure, if it failed.
    """

    number: Whole
    at_us: Whole
    ttft_s: Real
    tok_s: Real
    total_s: Real
    cost_usd: Exact
    tokens: Real
    model: Named
    provider: Named
    outcome: Named
    failure: Named

    def __len__(self) -> int:
        return len(self.number)

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Columns":
        """The rows that are chosen; these very ones where all are."""
        if chosen.all():
            return self
        columns: dict[str, Any] = {
            field.name: (
                column.where(chosen)
                if isinstance(column := getattr(self, field.name), Named)
                else column[chosen]
            )
            for field in fields(self)
        }
        return Columns(**columns)

    @classmethod
    def of(cls, tables: Sequence["pa.Table"]) -> Self:
        """The rows of all tables, one after the other."""
        table = pa.concat_tables([_SCHEMA.empty_table(), *tables]).unify_dictionaries()
        columns: dict[str, Any] = {
            name: table.column(name).to_numpy(zero_copy_only=False) for name in _NUMBERS
        }
        for name in _NAMES:
            words = table.column(name).combine_chunks()
            parts = words.chunks if isinstance(words, pa.ChunkedArray) else [words]
            joined = parts[0] if parts else pa.array([], _SCHEMA.field(name).type)
            columns[name] = Named(joined.indices.to_numpy(), tuple(joined.dictionary.to_pylist()))
        return cls(**columns)


def table_of(rows: Iterable[Row[Any]]) -> "pa.Table":
    """Rows as `figure_rows.RAW` selects them, as an Arrow table."""
    made = list(map(_figures, rows))
    columns = list(zip(*made, strict=True)) if made else [()] * len(_SCHEMA)
    arrays = [
        pa.array(column, field.type if field.name in _NUMBERS else pa.string())
        for column, field in zip(columns, _SCHEMA, strict=True)
    ]
    coded = [
        array if field.name in _NUMBERS else array.dictionary_encode()
        for array, field in zip(arrays, _SCHEMA, strict=True)
    ]
    return pa.table(coded, schema=_SCHEMA)


def to_bytes(table: "pa.Table") -> bytes:
    """The table as an Arrow stream (https://arrow.apache.org/docs/format/Columnar.html)."""
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, _SCHEMA, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue()


def from_bytes(data: bytes) -> "pa.Table":
    """The table again.

    Raises:
        OldPack: it was written by another version of this file.
    """
    table = pa.ipc.open_stream(data).read_all()
    if (table.schema.metadata or {}).get(b"version") != _VERSION:
        raise OldPack
    return table


def _figures(row: Row[Any]) -> tuple[object, ...]:
    is_counted = row.prompt_tokens is not None
    chars = row.text_chars + row.reasoning_chars
    return (
        row.number,
        _microseconds(row.started_at),
        _or_nan(row.ttft_s),
        _or_nan(row.tok_s),
        _or_nan(row.total_s),
        _or_nan(row.cost_usd),
        row.completion_tokens if is_counted else estimated_tokens(chars),
        row.model,
        row.upstream_provider or "",
        row.outcome,
        row.failure_kind or "",
    )


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
