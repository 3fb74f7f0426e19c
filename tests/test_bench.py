"""The bench's pure parts: how figures are summed up and written down. No time is asserted."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.__main__ import BENCHES, main
from bench.browser import find_browser
from bench.report import Figure, Report, as_json, as_table, summarise
from bench.stop import PHASES
from bench.ttft import FIRST_WORD, MODEL
from chat.simulator.asked import Asked, choose_words
from chat.simulator.grammar import read_scenario

REPORT = Report(
    "Two things",
    (Figure("first", (3, 1, 2), target=60), Figure("second", (0.5, 1.25), "s")),
    "A note.",
)


def test_the_median_is_between_the_middle_two_and_the_95th_percentile_a_value_that_was_seen() -> (
    None
):
    summary = summarise([*range(1, 20), 100])

    assert (summary.runs, summary.median, summary.p95, summary.worst) == (20, 10.5, 19, 100)


def test_one_run_is_its_own_summary() -> None:
    summary = summarise([7])

    assert (summary.median, summary.p95, summary.worst) == (7, 7, 7)


def test_nothing_measured_is_no_summary() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        summarise([])


def test_a_table_has_a_line_for_each_figure_and_all_lines_are_equally_wide() -> None:
    title, table, note = as_table(REPORT).split("\n\n")

    head, rule, first, second = table.splitlines()
    assert (title, note) == ("Two things", "A note.")
    assert len({len(head), len(rule), len(first), len(second)}) == 1
    assert [cell.strip() for cell in first.split("|")[1:-1]] == [
        *("first", "3", "2 ms", "3 ms", "3 ms", "≤ 60 ms")
    ]
    assert [cell.strip() for cell in second.split("|")[1:-1]] == [
        *("second", "2", "0.88 s", "1.25 s", "1.25 s", "")
    ]


def test_the_json_keeps_every_value_and_says_where_and_when_it_was_measured() -> None:
    written = json.loads(as_json(REPORT, "2 cores", datetime(2026, 11, 22, 16, 0, tzinfo=UTC)))

    assert written["machine"] == "2 cores"
    assert written["finished_at"] == "2026-11-22T16:00:00+00:00"
    assert [figure["values"] for figure in written["figures"]] == [[3, 1, 2], [0.5, 1.25]]
    assert written["figures"][0]["summary"]["median"] == 2


@pytest.mark.parametrize("model", [MODEL, *(phase.model for phase in PHASES)])
def test_every_model_that_is_asked_for_is_one_that_the_simulator_knows(model: str) -> None:
    assert read_scenario(model).model == model


def test_the_word_that_is_looked_out_for_is_the_first_of_the_answer() -> None:
    asked = Asked(MODEL, True, 1024, 1, "Say something.", "")

    assert choose_words(read_scenario(MODEL), asked).content[0].strip() == FIRST_WORD


def test_an_unknown_bench_is_refused_with_the_names_of_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])

    words = capsys.readouterr().err
    assert all(name in words for name in BENCHES)


def test_a_browser_that_is_named_comes_before_those_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "my-browser"
    named.touch(0o755)
    monkeypatch.setenv("CHROMIUM", str(named))

    assert find_browser() == str(named)


def test_without_a_browser_a_sentence_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RuntimeError, match="make browser"):
        find_browser()
