"""The line under a stopped answer: what came, who goes on billing, what it cost if known."""

from datetime import UTC, datetime, timedelta

import pytest

from chat.conversations import ReplyRecord
from chat.events import Usage
from chat.ui.receipt import awaits_cost, receipt_of

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
COUNTED = Usage(prompt_tokens=3, completion_tokens=7, cost_usd=0.0002)


def stopped(
    upstream: str | None = None, usage: Usage | None = None, model: str = "acme/x"
) -> ReplyRecord:
    return ReplyRecord(
        *("r", "ann", "c", "m", model, NOON, "stopped", "Hello"),
        upstream_provider=upstream,
        usage=usage,
        generation_id="gen-1",
        text_chars=5,
    )


@pytest.mark.parametrize(
    ("upstream", "words"),
    [
        ("Azure", "Azure stops billing with the stop"),
        ("Groq", "Groq bills the whole answer"),
        ("Nobody Yet", "whether Nobody Yet stops billing: n/a"),
        (None, "whether the provider stops billing: n/a"),
    ],
)
def test_it_says_whether_the_stop_ended_the_billing(upstream: str | None, words: str) -> None:
    assert words in receipt_of(stopped(upstream))


def test_a_cost_that_is_not_known_is_said_to_be_unknown() -> None:
    assert receipt_of(stopped()).endswith("cost n/a")


def test_a_cost_that_is_known_is_shown() -> None:
    assert receipt_of(stopped(usage=COUNTED)).endswith("$0.0002")


@pytest.mark.parametrize("model", ["local/demo", "sim/echo"])
def test_what_costs_nothing_says_so(model: str) -> None:
    assert receipt_of(stopped(model=model)).endswith("nothing is billed")


def test_the_page_looks_again_for_a_while_and_only_where_a_cost_may_come() -> None:
    soon, late = NOON + timedelta(seconds=5), NOON + timedelta(minutes=5)

    assert awaits_cost(stopped(), soon)
    assert not awaits_cost(stopped(), late)
    assert not awaits_cost(stopped(usage=COUNTED), soon)
    assert not awaits_cost(stopped(model="sim/echo"), soon)
