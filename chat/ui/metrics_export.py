"""The metrics page's downloads: the filtered replies as rows, and the report. Made at the click."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import streamlit as st

from chat.conversations import ReplyRecord
from chat.figures import Figures, Summary, View
from chat.reply_rows import COLUMNS, as_csv, as_json, row_of
from chat.report import as_html

MOST_ROWS = 100_000
"""Of the newest: a file of more is no spreadsheet's any more, and has to be held in memory."""
PIECE = 1000
_ARROW = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
}
_SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS.items()])


@dataclass(frozen=True, slots=True)
class Export:
    """Which replies are written; read anew when they are.

    Attributes:
        figures: Where they are.
        owner: Whose.
        since: Began then or later; None for the first one.
        until: Began before then.
        view: Which of them.
    """

    figures: Figures
    owner: str
    since: datetime | None
    until: datetime
    view: View

    def pieces(self) -> Iterator[Sequence[ReplyRecord]]:
        """The newest replies, some at a time."""
        reading = self.figures.read(self.owner, self.since, self.until)
        numbers = reading.first(self.view, MOST_ROWS)
        del reading
        for first in range(0, len(numbers), PIECE):
            yield self.figures.load(self.owner, numbers[first : first + PIECE])

    def as_csv(self) -> bytes:
        """With a head, in UTF-8 with the mark by which spreadsheets know it."""
        written = io.BytesIO()
        written.write(b"\xef\xbb\xbf" + as_csv([], has_head=True).encode())
        for piece in self.pieces():
            written.write(as_csv(piece, has_head=False).encode())
        return written.getvalue()

    def as_json(self) -> bytes:
        """A list of objects."""
        return b"[" + ",\n".join(map(as_json, self.pieces())).encode() + b"]\n"

    def as_parquet(self) -> bytes:
        """With the types of the columns."""
        written = io.BytesIO()
        with pq.ParquetWriter(written, _SCHEMA, compression="zstd") as writer:
            for piece in self.pieces():
                rows = [row_of(reply) for reply in piece]
                writer.write_table(pa.Table.from_pylist(rows, _SCHEMA))
        return written.getvalue()


def draw_export(export: Export, summary: Summary, what: str) -> None:
    """Draws the buttons.

    Args:
        export: The rows.
        summary: The figures of the report.
        what: Which answers these are, in words.
    """
    answers = summary.totals.answers
    if answers > MOST_ROWS:
        st.caption(f"Files of rows hold the newest {MOST_ROWS:,} of {answers:,} answers.")
    with st.container(horizontal=True, key="export"):
        _draw("Download CSV", "csv", "text/csv", export.as_csv)
        _draw("Download JSON", "json", "application/json", export.as_json)
        _draw("Download Parquet", "parquet", "application/vnd.apache.parquet", export.as_parquet)
        _draw("Download report", "html", "text/html", lambda: _report(summary, what))


def _report(summary: Summary, what: str) -> bytes:
    return as_html(summary, what, datetime.now(UTC)).encode()


def _draw(label: str, ending: str, kind: str, make: Callable[[], bytes]) -> None:
    st.download_button(
        label,
        make,
        f"tickertape-metrics.{ending}",
        kind,
        key=f"download_{ending}",
        icon=":material/download:",
        on_click="ignore",
    )
