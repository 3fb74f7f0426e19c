"""Known timings go in through the simulator; the page, the CSV and Prometheus tell the same."""

import re
import urllib.request
from dataclasses import dataclass
from itertools import count

import pytest
from playwright.sync_api import Page
from prometheus_client.parser import text_string_to_metric_families

from .driver import ask, await_end, choose_model, csv_rows
from .processes import METRICS_TOKEN, App

MODEL = "sim/ttft-800-rate-50-len-61-pause-1200-at-30-seed-"
_seeds = count(1)
"""Prometheus sums up over all answers of a model: each try has a model of its own."""
TTFT_S = 0.8
DECODE_S = 60 / 50 + 1.2
"""60 tokens after the first at 50 a second, and the pause."""
TOK_S = 60 / DECODE_S
NEAR = 0.2
"""How far a figure may be from what was sent, as a share: the machine is shared."""
ROUNDED_S, ROUNDED_TOK_S = 0.0051, 0.051
"""The page's line has two places of a second, and one of a pace."""


@dataclass(frozen=True, slots=True)
class Told:
    """The figures of one answer: of the line below it, in the CSV, and as scraped."""

    line: tuple[float, float, int]
    row: dict[str, str]
    scraped: dict[str, float]


def told_below(page: Page) -> tuple[float, float, int]:
    """TTFT in seconds, tok/s and tokens from the line under the reply."""
    line = page.get_by_text(re.compile(r"^TTFT .*via Simulator")).last
    found = re.search(r"TTFT (\S+) s · (\S+) tok/s · (\d+) tokens", line.inner_text())
    assert found is not None
    return float(found[1]), float(found[2]), int(found[3])


def csv_row(page: Page, model: str) -> dict[str, str]:
    """The newest reply of that model."""
    return next(row for row in csv_rows(page) if row["model"] == model)


def scraped(app: App, model: str) -> dict[str, float]:
    """Sums and counts of that model's answers, by the names Prometheus sees."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{app.url}api/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - likewise
        families = text_string_to_metric_families(answer.read().decode())
    return {
        sample.name.removeprefix("gen_ai_client_"): sample.value
        for family in families
        for sample in family.samples
        if sample.labels.get("gen_ai_request_model") == model
        and sample.labels["outcome"] == "completed"
        and sample.labels.get("gen_ai_token_type") != "input"
        and not sample.name.endswith("_bucket")
    }


@pytest.fixture
def told(page: Page, app: App) -> Told:
    """Asks the model and reads its figures everywhere, once the page has reported its end."""
    model = f"{MODEL}{next(_seeds)}"
    choose_model(page, model)
    with page.expect_response(lambda seen: "is_last" in (seen.request.post_data or "")):
        ask(page, "How long?")
    await_end(page)
    return Told(told_below(page), csv_row(page, model), scraped(app, model))


def test_page_csv_and_prometheus_tell_what_was_sent(told: Told) -> None:
    (ttft_s, tok_s, tokens), row, found = told.line, told.row, told.scraped
    first, gaps = "operation_time_to_first_chunk_seconds", "operation_time_per_output_chunk_seconds"

    assert ttft_s == pytest.approx(TTFT_S, rel=NEAR)
    assert tok_s == pytest.approx(TOK_S, rel=NEAR)
    assert tokens == int(row["tokens"]) == found["token_usage_sum"] == 61
    assert float(row["ttft_s"]) == pytest.approx(ttft_s, abs=ROUNDED_S)
    assert float(row["tok_s"]) == pytest.approx(tok_s, abs=ROUNDED_TOK_S)
    assert float(row["ttft_s"]) == pytest.approx(found[f"{first}_sum"])
    assert float(row["decode_s"]) == pytest.approx(found[f"{gaps}_sum"])
    assert float(row["total_s"]) == pytest.approx(found["operation_duration_seconds_sum"])
    assert row["stalls"] == "1"
    assert float(row["gap_max_s"]) == pytest.approx(1.2, rel=NEAR)
    assert float(row["ttft_s"]) <= float(row["painted_ttft_s"]) < float(row["total_s"])
