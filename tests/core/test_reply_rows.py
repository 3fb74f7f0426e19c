"""Rows of figures: what is in them, and that a spreadsheet takes none for a formula."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

from chat.conversations import ReplyRecord
from chat.errors import Failure
from chat.events import Usage
from chat.measures import Measures, UpstreamSays
from chat.metrics import Timings
from chat.reply_rows import COLUMNS, as_csv, as_json, row_of

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)


def a_reply(model: str = "m/x") -> ReplyRecord:
    return ReplyRecord(
        "r",
        "ann",
        "c",
        "m",
        model,
        NOON,
        "completed",
        text="What was said",
        usage=Usage(10, 21, cost_usd=0.5),
        timings=Timings(0.25, decode_s=2.0, total_s=2.5),
    )


def test_a_row_has_every_column_in_its_order() -> None:
    assert list(row_of(a_reply())) == list(COLUMNS)


def test_a_row_has_the_figures_and_nothing_that_was_said() -> None:
    row = row_of(a_reply())

    assert (row["ttft_s"], row["tok_s"], row["tokens"], row["cost_usd"]) == (0.25, 10.0, 21, 0.5)
    assert "What was said" not in map(str, row.values())
    assert "ann" not in row.values()


def test_a_row_tells_apart_what_was_seen_and_what_the_provider_says() -> None:
    said = UpstreamSays(0.2, 1.9, completion_tokens=20)

    row = row_of(replace(a_reply(), said=said, measures=Measures(keep_alives=3)))

    assert (row["said_ttft_s"], row["said_generation_s"], row["said_tokens"]) == (0.2, 1.9, 20)
    assert (row["inter_token_s"], row["keep_alives"]) == (0.1, 3)  # one over 10 tokens a second


def test_what_is_not_known_is_empty() -> None:
    failed = ReplyRecord("r", "ann", "c", "m", "m/x", NOON, "failed", failure=Failure("timed_out"))

    [_, cells] = csv.reader(io.StringIO(as_csv([failed], has_head=True)))

    found = dict(zip(COLUMNS, cells, strict=True))
    assert (found["ttft_s"], found["tok_s"], found["cost_usd"]) == ("", "", "")
    assert found["failure_kind"] == "timed_out"


def test_no_cell_begins_as_a_formula_does() -> None:
    for model in ("=1+1", "+1", "-1", "@x", "\t=1", '=cmd|" /C calc"!A0'):
        [cells] = csv.reader(io.StringIO(as_csv([a_reply(model)], has_head=False)))

        assert dict(zip(COLUMNS, cells, strict=True))["model"] == f"'{model}"


def test_json_gives_the_values_back() -> None:
    [first, second] = json.loads(f"[{as_json([a_reply('=1'), a_reply()])}]")

    assert first["model"] == "=1"
    assert second["started_at"] == "2030-05-01T12:00:00+00:00"
    assert second["painted_ttft_s"] is None
