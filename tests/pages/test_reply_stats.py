"""The figures of a reply in words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chat.conversations import ReplyRecord
from chat.events import Usage
from chat.measured import Slow
from chat.metrics import Timings
from chat.ui.reply_stats import cost, final_line

REPLY = ReplyRecord(
    "r",
    "ann",
    "c",
    "m",
    "acme/big",
    datetime(2030, 5, 1, 12, tzinfo=UTC),
    "completed",
    served_model="acme/big-2030",
    upstream_provider="Acme",
    usage=Usage(7, 41, cost_usd=0.0005),
    timings=Timings(ttft_s=0.25, decode_s=2.0, total_s=2.5),
)


@pytest.mark.parametrize(
    ("usd", "shown"),
    [
        (None, "cost n/a"),
        (0, "free"),
        (0.000412, "$0.000412"),
        (0.5, "$0.50"),
        (2, "$2.00"),
        (12.34567891, "$12.345679"),
        (0.0000004, "under $0.000001"),
        (10.0, "$10.00"),
    ],
)
def test_a_cost_is_shown_with_as_many_places_as_it_needs(usd: float | None, shown: str) -> None:
    assert cost(usd) == shown


def test_the_line_under_a_reply_says_how_fast_how_much_and_who() -> None:
    assert final_line(REPLY) == (
        "TTFT 0.25 s · 20.0 tok/s · 41 tokens · total 2.50 s · $0.0005 · acme/big-2030 via Acme"
    )


@pytest.mark.parametrize(
    ("slow", "end"),
    [
        (Slow(1.84, "token"), " · 1.8× slower than your median for this model"),
        (Slow(2.5, "start"), " · 2.5× longer to the first word than your median for this model"),
    ],
)
def test_a_slow_reply_says_by_how_much(slow: Slow, end: str) -> None:
    assert final_line(REPLY, slow) == final_line(REPLY) + end


def test_what_is_not_known_is_not_made_up_and_a_long_name_is_cut() -> None:
    bare = replace(
        REPLY, usage=None, timings=Timings(), served_model="x" * 300, upstream_provider=None
    )

    assert final_line(bare) == f"TTFT n/a · n/a tok/s · ≈ 0 tokens · total n/a · {'x' * 59}…"
