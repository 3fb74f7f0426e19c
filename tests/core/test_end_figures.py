"""What is told of an ended answer, and its line in the log."""

import json
import logging

import pytest

from chat.end_figures import end_figures_of
from chat.errors import ConnectionLost
from chat.events import (
    Event,
    Failed,
    Finished,
    Opened,
    RequestSent,
    TextDelta,
    Usage,
    UsageReported,
)
from chat.live import LiveReply
from chat.log_lines import JsonLine, fields_of

WORDS = TextDelta("a secret of the visitor's")


def ended(*timed: tuple[float, Event]) -> LiveReply:
    moments_s = iter([at_s for at_s, _ in timed])
    live = LiveReply("r-1", "the-cookie", "c", "acme/big", lambda: next(moments_s))
    for _, event in timed:
        live.append(event)
    return live


DONE = ended(
    *((0.0, RequestSent()), (0.25, Opened("gen-1", "acme/big-2030", "Acme"))),
    *((0.5, WORDS), (1.0, WORDS), (2.5, WORDS)),
    *((2.5, UsageReported(Usage(7, 41, cost_usd=0.5))), (3.0, Finished("stop"))),
)


def test_the_figures_are_those_of_the_log() -> None:
    told = end_figures_of(DONE)

    assert (told.reply_id, told.generation_id, told.outcome) == ("r-1", "gen-1", "completed")
    assert (told.timings.ttft_s, told.timings.total_s, told.tok_s) == (0.5, 3.0, 20.0)  # 40 ÷ 2
    assert told.gaps_s == [0.5, 1.5]


def test_the_line_has_ids_and_figures_and_neither_text_nor_owner() -> None:
    line = fields_of(end_figures_of(DONE))

    assert line["reply_id"] == "r-1"
    assert (line["ttft_s"], line["stalls"], line["cost_usd"]) == (0.5, 1, 0.5)
    assert not {"secret", "the-cookie"} & set(json.dumps(line).replace('"', " ").split())


def test_a_failed_answer_says_how_and_leaves_out_what_is_not_known() -> None:
    lost = end_figures_of(ended((0.0, RequestSent()), (1.0, Failed(ConnectionLost().failure))))

    line = fields_of(lost)

    assert (line["outcome"], line["failure"]) == ("failed", "connection_lost")
    assert not {"ttft_s", "tok_s", "prompt_tokens", "generation_id"} & line.keys()


@pytest.mark.parametrize("key", ["sk-or-v1-" + "a1" * 32, "tt_" + "x" * 32, "Bearer abcdef123"])
def test_a_line_is_json_and_what_looks_like_a_key_is_masked(key: str) -> None:
    record = logging.LogRecord("chat.room", logging.WARNING, "", 0, "with %s:\n2", (key,), None)

    line = json.loads(JsonLine().format(record))

    assert (line["level"], line["logger"]) == ("warning", "chat.room")
    assert line["message"].endswith("…:\n2")
    assert key not in line["message"]
