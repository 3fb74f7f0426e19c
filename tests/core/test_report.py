"""The report: one file that needs nothing else, in which no name is markup."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from chat.figures import Bucket, ModelFigures, Summary, Totals
from chat.report import as_html
from chat.report_svg import bars, lines

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_summary(model: str = "m/x") -> Summary:
    totals = Totals(3, 0.4, 0.94, 10.0, 0.75, 1)
    buckets = tuple(
        Bucket(NOON + n * HOUR, NOON + (n + 1) * HOUR, 1, 0, 0.25, p50, 2.0, 10.0, 12.0)
        for n, p50 in enumerate((0.5, None, 1.0))
    )
    figures = ModelFigures(model, totals, None, None)
    return Summary(totals, None, buckets, models=(figures,), failures=(("timed_out", 1),))


def test_the_report_has_the_figures() -> None:
    html = as_html(a_summary(), "All answers.", NOON)

    for figure in ("0.40 s", "0.94 s", "10.0 tok/s", "$0.7500", "33.3%", "timed_out", "m/x"):
        assert figure in html


def test_the_report_runs_no_script_and_fetches_nothing() -> None:
    html = as_html(a_summary(), "All answers.", NOON)

    assert not re.search(r"<script|<link|<img|<iframe|src=|url\(|@import|https?://", html)


def test_a_name_is_never_markup() -> None:
    html = as_html(a_summary("<script>alert(1)</script>" + "x" * 300), "<b>All</b>", NOON)

    assert "<script" not in html
    assert "<b>" not in html


def test_a_report_without_answers_says_what_is_not_known() -> None:
    html = as_html(Summary(), "All answers.", NOON)

    assert "n/a" in html
    assert "No answer failed." in html


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    drawn = lines("Title", [NOON, NOON + HOUR, NOON + 2 * HOUR], {"p50": [1.0, None, 2.0]})

    [path] = ElementTree.fromstring(drawn).iter("path")  # noqa: S314 - our own
    assert path.get("d", "").count("M") == 2


def test_the_longest_bar_is_that_of_the_greatest_value() -> None:
    drawn = bars("Title", [("a", 1.0), ("b", 4.0), ("c", None)])

    widths = [float(bar.get("width", "")) for bar in ElementTree.fromstring(drawn).iter("rect")]  # noqa: S314 - our own
    assert widths[1] == 4 * widths[0]
