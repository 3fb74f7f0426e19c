"""What a bench found, and how it is summed up and written down. Pure but for `write_json`."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity, run by run.

    Attributes:
        name: What was measured.
        values: One value for each run, in the order of the runs.
        unit: Of the values.
        target: The most that the median may be, or None where there is no target.
    """

    name: str
    values: tuple[float, ...]
    unit: str = "ms"
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a shape of their own, ready to read; what they were made of is in `Report.data`."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one bench, and a sentence on what they say.

    Attributes:
        tables: What does not fit into figures of one number a run.
        data: What the tables were made of, as JSON will have it.
    """

    title: str
    figures: tuple[Figure, ...] = ()
    note: str = ""
    tables: tuple[Table, ...] = ()
    data: Sequence[object] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure in four numbers, in its own unit."""

    runs: int
    median: float
    p95: float
    worst: float


def summarise(values: Sequence[float]) -> Summary:
    """Median, 95th percentile (nearest rank) and largest.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    rank = math.ceil(0.95 * len(ordered))
    return Summary(len(ordered), median(ordered), ordered[rank - 1], ordered[-1])


def as_table(report: Report) -> str:
    """The report as Markdown tables under its title."""
    head = ("", "runs", "median", "p95", "worst", "target")
    figures = _aligned(head, [_row(figure) for figure in report.figures]) if report.figures else ""
    tables = [part for t in report.tables for part in (t.title, _aligned(t.head, t.rows))]
    return "\n\n".join(part for part in (report.title, figures, *tables, report.note) if part)


def _aligned(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([_line(head, widths), f"|{rule}|", *(_line(row, widths) for row in rows)])


def as_json(report: Report, machine: str, at: datetime) -> str:
    """The report with every single value; `at` is the moment it was finished."""
    figures = [asdict(f) | {"summary": asdict(summarise(f.values))} for f in report.figures]
    return json.dumps(
        {
            "title": report.title,
            "machine": machine,
            "finished_at": at.isoformat(timespec="seconds"),
            "figures": figures,
            "note": report.note,
            "data": list(report.data),
        },
        indent=1,
        ensure_ascii=False,
    )


def write_json(name: str, report: Report, machine: str) -> Path:
    """Writes the report into the results' folder; an earlier one of that name is replaced."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(as_json(report, machine, datetime.now(UTC)) + "\n", "utf-8")
    return path


def _row(figure: Figure) -> tuple[str, ...]:
    summary = summarise(figure.values)
    shown = [_number(value, figure.unit) for value in (summary.median, summary.p95, summary.worst)]
    target = "" if figure.target is None else f"≤ {_number(figure.target, figure.unit)}"
    return (figure.name, str(summary.runs), *shown, target)


def _number(value: float, unit: str) -> str:
    return f"{value:.2f} {unit}" if unit == "s" else f"{value:.0f} {unit}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    cells = [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
    return "| " + " | ".join(cells) + " |"
