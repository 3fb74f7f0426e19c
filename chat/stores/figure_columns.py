"""The figures of many replies in columns: made of rows, written as bytes, read back, joined.

Arrow is the format and numpy what is computed with, so that a million replies are some 45 MB and
take no Python object each. What is summed from them is in `figure_sums`.
"""

import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Row

from chat.metrics import estimated_tokens
from chat.stores import figure_memory
from chat.stores.figure_memory import Bits, Numbers

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]
Codes = npt.NDArray[np.unsignedinteger[Any]]

_POOL = pa.system_memory_pool()
"""Gives back what is not used any more; Arrow's own pool keeps it."""
_LEAST = 1 << 20
"""Rows that a column has room for at first; what none is written to is no memory yet."""
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
    """A column of words: each row's place in a list of them, in as few bytes as the list needs."""

    codes: Codes
    names: tuple[str, ...]

    def among(self, wanted: Iterable[str]) -> Bits:
        """Which rows have one of these words."""
        known = set(wanted)
        table = np.array([name in known for name in self.names] or [False])
        return figure_memory.looked_up(table, self.codes)

    def counts(self) -> npt.NDArray[np.int64]:
        """How many rows have each of the words."""
        return figure_memory.counts(self.codes, len(self.names))

    def where(self, chosen: Bits) -> "Named":
        """The rows that are chosen, as a copy."""
        return Named(figure_memory.where(self.codes, chosen), self.names)

    def __getitem__(self, rows: slice) -> "Named":
        return Named(self.codes[rows], self.names)


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

    def where(self, chosen: Bits) -> "Columns":
        """The rows that are chosen; these very ones where all are."""
        if chosen.all():
            return self
        columns: dict[str, Any] = {}
        for field in fields(self):
            column = getattr(self, field.name)
            is_words = isinstance(column, Named)
            columns[field.name] = (
                column.where(chosen) if is_words else figure_memory.where(column, chosen)
            )
        return Columns(**columns)

    def between(self, begins_us: int, until_us: int) -> "Columns":
        """The rows of a stretch of time, not copied; the rows must be in order."""
        first, end = (int(n) for n in np.searchsorted(self.at_us, (begins_us, until_us)))
        columns: dict[str, Any] = {
            field.name: getattr(self, field.name)[first:end] for field in fields(self)
        }
        return Columns(**columns)

    @classmethod
    def of(cls, tables: "Iterable[pa.Table]") -> Self:
        """The rows of all tables, one after the other; none of them is held."""
        rooms = {field.name: _Room(_kind(field)) for field in _SCHEMA}
        words: dict[str, dict[str, int]] = {name: {} for name in _NAMES}
        for table in tables:
            for name, room in rooms.items():
                for chunk in table.column(name).chunks:
                    room.add(_codes(chunk, words[name]) if name in words else chunk.to_numpy())
        columns: dict[str, Any] = {name: room.rows() for name, room in rooms.items()}
        columns |= {name: Named(columns[name], tuple(places)) for name, places in words.items()}
        return cls(**columns)


class _Room:
    """A column that grows; its numbers become wider when some come that need it."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        self._held: Numbers = np.empty(0, kind)
        self._size = 0

    def add(self, rows: Numbers) -> None:
        end, kind = self._size + len(rows), np.promote_types(self._held.dtype, rows.dtype)
        if end > len(self._held) or kind != self._held.dtype:
            wider = figure_memory.room(max(2 * end, _LEAST), kind)
            wider[: self._size] = self.rows()
            self._held = wider
        self._held[self._size : end] = rows
        self._size = end

    def rows(self) -> Numbers:
        return self._held[: self._size]


def _kind(field: "pa.Field") -> npt.DTypeLike:
    return np.uint8 if field.name in _NAMES else field.type.to_pandas_dtype()


def _codes(chunk: "pa.DictionaryArray", places: dict[str, int]) -> Codes:
    """The words of a piece as their places in the list of all; new ones are added to it."""
    mine = [places.setdefault(name, len(places)) for name in chunk.dictionary.to_pylist()]
    table = np.array(mine or [0], np.min_scalar_type(len(places)))
    return np.asarray(table[chunk.indices.to_numpy()])


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
    table = pa.ipc.open_stream(data, memory_pool=_POOL).read_all()
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
