"""What a batch amounts to: how far it is, how long it takes, medians; its files."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chat.batch import (
    MAX_PROMPTS,
    MAX_TRIES,
    Batch,
    Figures,
    Item,
    OpenedBatch,
    figures_of,
    results_of,
    time_left_s,
)
from chat.batch_files import (
    PromptsUnusable,
    csv_of,
    json_of,
    prompts_of_file,
    prompts_of_text,
)
from chat.comparison import LaneSetup
from chat.conversations import Outcome, ReplyRecord
from chat.metrics import Timings

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
LANES = (LaneSetup("sim/x", 100), LaneSetup("sim/y", 100))
BATCH = Batch("b", "ann", NOON, LANES, ("=1+1", "Why?"), at_once=2)


def answered(outcome: Outcome | None, total_s: float | None = None, text: str = "") -> ReplyRecord:
    timings = Timings(ttft_s=total_s, total_s=total_s)
    return ReplyRecord("r", "ann", "c", "m", "sim/x", NOON, outcome, text, timings=timings)


def opened(*replies: ReplyRecord | None) -> OpenedBatch:
    """The batch with these answers: prompt by prompt, lane by lane."""
    items = [
        Item(str(n), n // 2, n % 2, "m", tries=int(reply is not None), reply=reply)
        for n, reply in enumerate(replies)
    ]
    return OpenedBatch(BATCH, tuple(items))


def test_what_is_there_for_good_is_done_and_the_rest_is_not() -> None:
    now = opened(answered("completed"), answered("failed"), answered(None), None)

    assert (now.done, now.failed, now.running, now.is_finished) == (2, 1, 1, False)


def test_what_broke_off_is_asked_again_a_few_times() -> None:
    cut = Item("i", 0, 0, "m", tries=1, reply=answered("interrupted"))

    assert cut.standing == "waiting"
    assert replace(cut, tries=MAX_TRIES).standing == "done"


def test_the_time_left_is_what_is_left_at_each_lanes_pace() -> None:
    # Lane x takes 4 s, lane y 10 s; a whole x and half a y are left, two at once: (4 + 5) ÷ 2.
    now = opened(answered("completed", 4.0), answered("completed", 10.0), None, answered(None))

    assert time_left_s(now) == pytest.approx(4.5)
    assert time_left_s(opened(None, None)) is None


def test_one_answer_that_is_left_has_nobody_beside_it() -> None:
    now = opened(*[answered("completed", 4.0)] * 3, None)

    assert time_left_s(now) == pytest.approx(4.0)


def test_the_95th_percentile_is_of_the_nearest_rank() -> None:
    assert figures_of([float(n) for n in range(1, 21)]) == Figures(10.5, 19.0)
    assert figures_of([None, 3.0]) == Figures(3.0, 3.0)
    assert figures_of([None]) == Figures(None, None)


def test_a_lanes_result_counts_whole_answers_only() -> None:
    x, y = results_of(opened(answered("completed", 2.0), answered("failed", 9.0), None, None))

    assert (x.whole, x.failed, x.ttft_s) == (1, 0, Figures(2.0, 2.0))
    assert (y.whole, y.failed, y.total_s) == (0, 1, Figures(None, None))


def test_each_line_of_a_text_is_a_prompt() -> None:
    assert prompts_of_text(" one \n\n\ttwo\r\n") == ("one", "two")
    assert prompts_of_file("p.txt", b"\xef\xbb\xbfone\ntwo") == ("one", "two")


def test_a_mark_within_a_line_does_not_end_it() -> None:
    assert prompts_of_text("one\u2028still one\rtwo\n") == ("one\u2028still one", "two")


@pytest.mark.parametrize("before", ["\r\n", "sep=;\r\n", "\nSEP=;\n\n"])
def test_a_csv_may_begin_with_empty_lines_and_a_mark_for_spreadsheets(before: str) -> None:
    rows = f"{before}id;prompt\r\n1;Why?\r\n"

    assert prompts_of_file("p.csv", rows.encode()) == ("Why?",)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_of_a_csv_it_is_the_column_named_prompt(mark: str) -> None:
    rows = mark.join(["id", "Prompt"]) + "\r\n" + mark.join(["1", '"two\nlines"']) + "\r\n2\r\n"

    assert prompts_of_file("p.CSV", rows.encode()) == ("two\nlines",)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("p.txt", b"\xff\xfe", "UTF-8"),
        ("p.txt", b" \n ", "no prompt"),
        ("p.txt", b"x\n" * (MAX_PROMPTS + 1), "too many"),
        ("p.txt", b"x" * 2_000_001, "too long"),
        ("p.csv", b"id,text\n1,hi\n", "column"),
        ("p.csv", b"", "column"),
        ("p.csv", b'prompt\n"open\n', "CSV"),
    ],
)
def test_what_cannot_be_used_is_said(name: str, data: bytes, said: str) -> None:
    with pytest.raises(PromptsUnusable, match=said):
        prompts_of_file(name, data)


def test_a_csv_of_results_holds_nothing_that_a_spreadsheet_would_run() -> None:
    text = '=HYPERLINK("http://evil")'
    data = csv_of(opened(answered("completed", 1.0, text), None), lambda setup: f"@{setup.model}")
    first, second = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))

    assert (first["prompt"], first["answer"]) == ("'=1+1", f"'{text}")
    assert first["name"] == "'@sim/x"
    assert (second["outcome"], second["ttft_s"]) == ("not asked", "")


def test_json_has_the_same_as_it_is() -> None:
    data = json_of(opened(answered("completed", 1.5, "=x"), None), lambda setup: setup.model)
    first, second = json.loads(data)["answers"]

    assert (first["prompt"], first["answer"], first["ttft_s"]) == ("=1+1", "=x", 1.5)
    assert second["ttft_s"] is None
