"""The metrics of a view as one HTML file to share: no script, nothing fetched, charts drawn as SVG.

Holds figures and names of models only: no text, no title, no id, no owner.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from chat.figures import Summary, Totals
from chat.report_svg import bars, lines

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .25rem .75rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
figure { margin: 0; } figcaption { font-size: .9rem; opacity: .8; }
svg { width: 100%; height: auto; } .scroll { overflow-x: auto; }
"""
_HEAD = ("Answers", "Median TTFT", "TTFT p95", "Median throughput", "Cost", "Failed")


def as_html(summary: Summary, what: str, made_at: datetime) -> str:
    """The report.

    Args:
        summary: The figures.
        what: Which answers these are, in words.
        made_at: When it is made (UTC).
    """
    rows = [("All", *_tiles(summary.totals))]
    if summary.before is not None:
        rows.append(("The same time before", *_tiles(summary.before)))
    models = [(model.model, *_tiles(model.totals)) for model in summary.models]
    parts = [
        f"<p>{escape(what)} Made on {made_at:%Y-%m-%d %H:%M} UTC.</p>",
        _table(("", *_HEAD), rows),
        _courses(summary),
        "<h2>By model</h2>",
        _table(("Model", *_HEAD), models),
        _medians(summary),
        "<h2>Failures</h2>",
        _table(("Kind", "Answers"), [(kind, f"{n:,}") for kind, n in summary.failures])
        if summary.failures
        else "<p>No answer failed.</p>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Tickertape: how fast the answers were</title><style>{_STYLE}</style></head>"
        f"<body><h1>How fast the answers were</h1>{''.join(parts)}</body></html>\n"
    )


def _courses(summary: Summary) -> str:
    at = [bucket.begins_at for bucket in summary.buckets]
    ttft = {
        "p50": [bucket.ttft_p50_s for bucket in summary.buckets],
        "p95": [bucket.ttft_p95_s for bucket in summary.buckets],
    }
    pace = {
        "p50": [bucket.tok_s_p50 for bucket in summary.buckets],
        "p95": [bucket.tok_s_p95 for bucket in summary.buckets],
    }
    return (
        f"<h2>Time to first token (s)</h2>{lines('Time to first token in seconds', at, ttft)}"
        f"<h2>Throughput (tok/s)</h2>{lines('Throughput in tokens per second', at, pace)}"
    )


def _medians(summary: Summary) -> str:
    ttft = [(m.model, m.totals.ttft_p50_s) for m in summary.models]
    pace = [(m.model, m.totals.tok_s_p50) for m in summary.models]
    return bars("Median TTFT by model, in seconds", ttft) + bars(
        "Median throughput by model, in tokens per second", pace
    )


def _tiles(totals: Totals) -> tuple[str, ...]:
    rate = totals.failure_rate
    return (
        f"{totals.answers:,}",
        _figure(totals.ttft_p50_s, "{:.2f} s"),
        _figure(totals.ttft_p95_s, "{:.2f} s"),
        _figure(totals.tok_s_p50, "{:.1f} tok/s"),
        _figure(totals.cost_usd, "${:,.4f}"),
        _figure(rate, "{:.1%}"),
    )


def _figure(value: float | None, form: str) -> str:
    return "n/a" if value is None else form.format(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="scroll"><table><tr>{top}</tr>{body}</table></div>'
