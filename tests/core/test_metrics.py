"""The figures of a reply, worked out by hand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chat.conversations import ReplyRecord
from chat.events import Usage
from chat.metrics import (
    Part,
    Timings,
    Tokens,
    answer_pace_tok_s,
    answer_tokens,
    estimated_tokens,
    least_usd,
    summed,
    throughput_tok_s,
)

REPLY = ReplyRecord("r", "ann", "c", "m", "sim/x", datetime(2030, 5, 1, 12, tzinfo=UTC))


def test_counted_tokens_are_taken_as_counted() -> None:
    usage = Usage(prompt_tokens=5, completion_tokens=40, reasoning_tokens=10)

    assert answer_tokens(usage, 9999) == Tokens(40, is_estimated=False)


def test_without_a_count_tokens_are_estimated_and_marked() -> None:
    assert answer_tokens(None, 41) == Tokens(11, is_estimated=True)


def test_of_an_answer_in_parts_what_was_counted_is_used_and_the_rest_estimated() -> None:
    counted = Part(0.1, 1.0, 80, usage=Usage(9, 30, cost_usd=0.5))
    parts = (Part(0.1, 1.0, 40), counted)

    assert answer_tokens(None, 120, parts) == Tokens(40, is_estimated=True)
    assert answer_tokens(None, 120, parts[:1]) == Tokens(30, is_estimated=True)
    assert (least_usd(parts), least_usd(parts[:1])) == (0.5, None)
    assert answer_pace_tok_s(None, 120, 0, Timings(decode_s=2.0), parts) == 19.0


@pytest.mark.parametrize(("chars", "tokens"), [(0, 0), (1, 1), (4, 1), (5, 2), (400, 100)])
def test_four_characters_are_about_one_token(chars: int, tokens: int) -> None:
    assert estimated_tokens(chars) == tokens


def test_throughput_is_the_tokens_after_the_first_over_the_time_between() -> None:
    assert throughput_tok_s(101, Timings(ttft_s=9, decode_s=4, total_s=20)) == 25


def test_hidden_reasoning_is_left_out_of_the_throughput() -> None:
    assert throughput_tok_s(101, Timings(decode_s=4), hidden_reasoning_tokens=60) == 10


@pytest.mark.parametrize(
    ("tokens", "timings", "hidden"),
    [
        (101, Timings(), 0),
        (101, Timings(decode_s=0), 0),
        (1, Timings(decode_s=4), 0),
        (0, Timings(decode_s=4), 0),
        (101, Timings(decode_s=4), 100),
    ],
    ids=["no_time", "no_time_passed", "one_token", "no_token", "all_hidden"],
)
def test_throughput_is_absent_where_it_cannot_be_known(
    tokens: int, timings: Timings, hidden: int
) -> None:
    assert throughput_tok_s(tokens, timings, hidden) is None


def test_a_reply_whose_reasoning_was_not_streamed_counts_only_its_text() -> None:
    reply = replace(
        REPLY, usage=Usage(5, 61, reasoning_tokens=40), timings=Timings(decode_s=2), text_chars=80
    )

    assert reply.tokens == Tokens(61, is_estimated=False)
    assert reply.throughput_tok_s == 10


def test_a_reply_whose_reasoning_was_streamed_counts_both() -> None:
    reply = replace(
        REPLY,
        usage=Usage(5, 61, reasoning_tokens=40),
        timings=Timings(decode_s=2),
        text_chars=80,
        reasoning_chars=160,
    )

    assert reply.throughput_tok_s == 30


def test_a_stopped_reply_is_estimated_from_all_its_characters() -> None:
    reply = replace(REPLY, timings=Timings(decode_s=2), text_chars=20, reasoning_chars=24)

    assert reply.tokens == Tokens(11, is_estimated=True)
    assert reply.throughput_tok_s == 5


def test_each_part_of_an_answer_has_a_first_token_that_took_no_decoding() -> None:
    parts = (Part(0.5, 1.0, 40), Part(0.5, 1.0, 40))
    reply = replace(REPLY, usage=Usage(5, 42), timings=Timings(decode_s=2), parts=parts)

    assert reply.throughput_tok_s == 20


def test_several_requests_add_up() -> None:
    one, other = Usage(5, 10, 2, 0, 0.25), Usage(15, 20, 3, 5, 0.5)

    assert summed([one, other]) == Usage(20, 30, 5, 5, 0.75)


def test_a_request_nobody_counted_makes_the_sum_unknown() -> None:
    assert summed([Usage(5, 10), None]) is None
    assert summed([]) is None


def test_a_figure_that_one_request_lacks_is_unknown_in_the_sum() -> None:
    assert summed([Usage(5, 10, 2, 0, 0.25), Usage(5, 10)]) == Usage(10, 20)
