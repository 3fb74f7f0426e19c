"""Measured speeds: medians by model, of what was measured only."""

from scripted import NOON

from chat.choices import Speed, speeds_of
from chat.conversations import ReplyRecord
from chat.events import Usage
from chat.metrics import Timings


def reply(model: str, ttft_s: float | None, decode_s: float | None = 1.0) -> ReplyRecord:
    """An answer of 11 tokens."""
    timings = Timings(ttft_s, None, decode_s, 3.0)
    usage = Usage(prompt_tokens=1, completion_tokens=11)
    return ReplyRecord("r", "ann", "c", "m", model, NOON, timings=timings, usage=usage)


def test_a_models_speed_is_the_median_of_its_answers() -> None:
    speeds = speeds_of([reply("a", 1.0), reply("a", 9.0, 2.0), reply("a", 2.0, 0.5)])

    assert speeds == {"a": Speed(3, 2.0, 10.0)}


def test_an_answer_that_never_began_counts_for_nothing() -> None:
    assert speeds_of([reply("a", None, None)]) == {"a": Speed(0, None, None)}


def test_the_models_come_most_recently_used_first() -> None:
    assert list(speeds_of([reply("b", 1.0), reply("a", 1.0), reply("b", 1.0)])) == ["b", "a"]
