"""Two kinds of chart as SVG, for the report: lines over time, and bars with names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

WIDTH, HEIGHT, LEFT, BELOW, TOP = 760, 220, 48, 24, 20
BAR = 26
NAME_CHARS = 40
_STROKES = ("", "6 4")


def lines(title: str, at: Sequence[datetime], series: Mapping[str, Sequence[float | None]]) -> str:
    """Lines over time; unknown values are gaps.

    Args:
        title: What it shows.
        at: The moments, ascending.
        series: The values by the name of the line, one for each moment; at most two lines.
    """
    known = [value for values in series.values() for value in values if value is not None]
    if not known:
        return "<p>n/a</p>"
    top = max(known) or 1.0
    step = (WIDTH - LEFT) / max(1, len(at) - 1)
    drawn = []
    for stroke, (name, values) in zip(_STROKES, series.items(), strict=False):
        path, is_on = [], False
        for n, value in enumerate(values):
            if value is not None:
                path.append(f"{'L' if is_on else 'M'}{LEFT + n * step:.1f} {_y(value, top):.1f}")
            is_on = value is not None
        drawn.append(
            f'<path d="{" ".join(path)}" fill="none" stroke="#0f766e" stroke-width="2"'
            f' stroke-linecap="round" stroke-dasharray="{stroke}">'
            f"<title>{escape(name)}</title></path>"
        )
    ends = [(LEFT, "start", at[0]), (WIDTH, "end", at[-1])]
    marks = "".join(
        f'<text x="{x}" y="{HEIGHT - 6}" text-anchor="{anchor}">{moment:%b %d, %H:%M}</text>'
        for x, anchor, moment in ends
    )
    scale = "".join(
        f'<text x="{LEFT - 6}" y="{_y(value, top) + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{_y(value, top):.1f}" y2="{_y(value, top):.1f}"'
        ' stroke="#8884"/>'
        for value in (0.0, top / 2, top)
    )
    return _figure(title, HEIGHT, scale + "".join(drawn) + marks, "Solid: median. Dashed: p95.")


def bars(title: str, rows: Sequence[tuple[str, float | None]]) -> str:
    """One bar for each name whose value is known."""
    known = [(name, value) for name, value in rows if value is not None]
    if not known:
        return ""
    top = max(value for _, value in known) or 1.0
    room = WIDTH - 330
    drawn = "".join(
        f'<text x="0" y="{n * BAR + 17}">{escape(_short(name))}</text>'
        f'<rect x="270" y="{n * BAR + 5}" width="{room * value / top:.1f}" height="{BAR - 10}"'
        f' fill="#0f766e"/><text x="{276 + room * value / top:.1f}" y="{n * BAR + 17}">'
        f"{value:.3g}</text>"
        for n, (name, value) in enumerate(known)
    )
    return _figure(title, len(known) * BAR, drawn)


def _figure(title: str, height: int, inside: str, more: str = "") -> str:
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}"'
        f' font-size="12" fill="currentColor">{inside}</svg>'
        f"<figcaption>{escape(title)}. {more}</figcaption></figure>"
    )


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - BELOW - TOP) * (1 - value / top)


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARS else f"{name[: NAME_CHARS - 1]}…"
