"""What `bench stream` found, in two tables: the figures, and what they come to beside the targets.

Pure. Targets are ratios within one run on one machine, because that is what a machine keeps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from bench.painted import Delays
from bench.report import Report, Table

HEAD = (
    *("scenario", "page", "median", "p95", "end lag", "frames", "bytes", "× text", "unpacked"),
    *("CPU s/1,000 tok", "main thread", "last ÷ first quarter", "complete"),
)
NOTE = (
    "From the moment the upstream had handed a token to its socket to the beginning of the "
    "frame after the one that drew it. raw: a page that appends an event stream as text; plain: "
    "`st.write_stream` over the SDK's stream; app: this app. × text: bytes on the wire to the "
    "browser in terms of the answer's; unpacked: the messages in them."
)
PROSE = "100x2000"


@dataclass(frozen=True, slots=True)
class Streamed:
    """One answer on one page.

    Attributes:
        tokens: How many the answer has.
        answer_bytes: Its length in UTF-8.
        page_bytes: What went over the wire to the browser for it, compressed, with all headers.
        unpacked_bytes: The messages in it: of the WebSocket, or of the event stream.
        frames: In how many frames it grew.
        cpu_s: Processor time of the server, in seconds, or None where it cannot be told.
        busy: Share of the time that the page's main thread worked, 0 to 1.
    """

    scenario: str
    page: str
    delays: Delays
    tokens: int
    answer_bytes: int
    page_bytes: int
    unpacked_bytes: int
    frames: int
    cpu_s: float | None
    busy: float

    @property
    def bytes_factor(self) -> float:
        """Bytes to the browser for each byte of the answer."""
        return self.page_bytes / self.answer_bytes

    @property
    def cpu_s_per_1000(self) -> float | None:
        """Server's processor time for 1,000 tokens, in seconds."""
        return None if self.cpu_s is None else self.cpu_s / self.tokens * 1000


@dataclass(frozen=True, slots=True)
class Target:
    """The most that a figure of the app may be.

    Attributes:
        figure: Which figure, by name in `_figures`.
        most: The limit.
        of: The page and scenario whose figure the limit counts in, or None for the figure's unit.
    """

    figure: str
    most: float
    of: tuple[str, str] | None = None


def _rate(name: str, raw: float, plain: float, lag_ms: float) -> tuple[Target, ...]:
    by_plain = (Target("p95", plain, ("plain", name)),) if plain else ()
    most_bytes = Target("× text", 8)
    return (Target("p95", raw, ("raw", name)), *by_plain, Target("end lag", lag_ms), most_bytes)


_ONE_BLOCK = (Target("p95", 2, ("app", PROSE)), Target("end lag", 300), Target("× text", 12))
TARGETS: Mapping[str, tuple[Target, ...]] = {
    "50x500": (*_rate("50x500", 3.5, 0.7, 80), Target("CPU", 0.75, ("plain", "50x500"))),
    "100x2000": (*_rate("100x2000", 5, 0.25, 150), Target("main thread", 0.6)),
    "300x3000": (*_rate("300x3000", 6, 0.12, 150), Target("CPU", 0.5, ("plain", "300x3000"))),
    "100x8000": (*_rate("100x8000", 7, 0, 200), Target("last ÷ first quarter", 1.3)),
    "burst": (Target("end lag", 0.3, ("plain", "burst")), Target("× text", 4)),
    "fence": _ONE_BLOCK,
    "table": _ONE_BLOCK,
    "cjk": _ONE_BLOCK,
}


def as_report(found: Sequence[Streamed], slower: float = 1) -> Report:
    """Both tables; the second without targets whose baseline was not measured in this run.

    Args:
        found: What was measured.
        slower: How many times the browser was slowed.
    """
    return Report(
        "Streaming: word emitted at the upstream → painted in Chromium",
        tables=(
            Table("Measured", HEAD, tuple(_row(streamed) for streamed in found)),
            Table("Targets", ("scenario", "figure", "is", "at most", ""), tuple(_verdicts(found))),
        ),
        data=[asdict(streamed) for streamed in found],
        note=f"{NOTE} The browser's main thread was slowed {slower:g} times.",
    )


def _figures(streamed: Streamed) -> dict[str, float | None]:
    delays = streamed.delays
    return {
        "p95": delays.p95_ms,
        "end lag": delays.end_lag_ms,
        "× text": streamed.bytes_factor,
        "CPU": streamed.cpu_s_per_1000,
        "main thread": streamed.busy,
        "last ÷ first quarter": delays.last_quarter,
    }


def _median_of(found: Sequence[Streamed], page: str, scenario: str, figure: str) -> float | None:
    """Over the runs; None where there is none that was whole or could tell."""
    of_page = [s for s in found if (s.page, s.scenario) == (page, scenario)]
    values = [_figures(s)[figure] for s in of_page]
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _verdicts(found: Sequence[Streamed]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for scenario, targets in TARGETS.items():
        whole = [s.delays.is_complete for s in found if (s.page, s.scenario) == ("app", scenario)]
        if whole:
            rows.append((scenario, "complete", *_said(0.0 if all(whole) else 1.0, 0.0)))
        for target in targets:
            value = _median_of(found, "app", scenario, target.figure)
            base = 1.0 if target.of is None else _median_of(found, *target.of, target.figure)
            if value is not None and base:
                name = target.figure if target.of is None else f"{target.figure} ÷ {target.of[0]}"
                rows.append((scenario, name, *_said(value / base, target.most)))
    return rows


def _said(value: float, most: float) -> tuple[str, str, str]:
    digits = 0 if most >= 50 else 2
    return f"{value:.{digits}f}", f"{most:.{digits}f}", "met" if value <= most else "missed"


def _row(streamed: Streamed) -> tuple[str, ...]:
    delays, cpu = streamed.delays, streamed.cpu_s_per_1000
    return (
        streamed.scenario,
        streamed.page,
        f"{delays.median_ms:.0f} ms",
        f"{delays.p95_ms:.0f} ms",
        f"{delays.end_lag_ms:.0f} ms",
        f"{streamed.frames}",
        f"{streamed.page_bytes / 1000:,.0f} KB",
        f"{streamed.bytes_factor:.1f}",
        f"{streamed.unpacked_bytes / 1000:,.0f} KB",
        "n/a" if cpu is None else f"{cpu:.2f}",
        f"{streamed.busy:.0%}",
        f"{delays.last_quarter:.2f}",
        "yes" if delays.is_complete else "NO",
    )
