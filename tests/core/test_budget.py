"""The visitor's limits: what is counted, by which price, and when the fuse blows."""

from contextlib import aclosing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import REQUEST, ScriptedProvider, wait_end
from turn_world import ASK, World, made_world  # noqa: F401 - the fixture

from chat.budget import Budget, Fuse, Fused, Limits, Meter, Price, Spent, unpriced
from chat.errors import Failure, LimitReached
from chat.events import (
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    Usage,
    UsageReported,
)
from chat.images import Image
from chat.messages import Message
from chat.token_bounds import tokens_of_weight, weight_of

PRICES = {"sim/x": Price(in_usd=1.0, out_usd=10.0)}
FOUR = TextDelta("four")
"""One token, as an estimate goes."""


def tokens_at_most(text: str) -> int:
    return tokens_of_weight(weight_of(text))


def fuse_after(budget: Budget, *events: Event) -> Fuse:
    fuse = Fuse(budget)
    fuse.begin(REQUEST)
    for event in events:
        fuse.take(event)
    return fuse


def test_tokens_are_estimated_until_they_are_counted() -> None:
    fuse = fuse_after(Budget(), FOUR, FOUR, ReasoningDelta("four"))

    assert (fuse.spent.tokens, fuse.spent.is_estimated) == (3, True)
    fuse.take(UsageReported(Usage(7, 5, cost_usd=0.25)))
    assert fuse.spent == Spent(tokens=5, usd=0.25)


def test_an_answer_is_stopped_at_its_token_limit() -> None:
    fuse = fuse_after(Budget(Limits(answer_tokens=3)), FOUR, FOUR)

    with pytest.raises(LimitReached) as reached:
        fuse.take(FOUR)

    assert reached.value.failure == Failure(
        "limit_reached", "about 3 of 3 tokens", error_type="answer_tokens"
    )


def test_money_counts_the_prompt_too() -> None:
    fuse = fuse_after(Budget(Limits(answer_usd=21e-6), PRICES), FOUR)

    assert fuse.spent == Spent(1, 11e-6, is_estimated=True)
    with pytest.raises(LimitReached, match="limit_reached"):
        fuse.take(FOUR)


def test_an_answer_in_chinese_and_a_prompt_with_an_image_count_for_more() -> None:
    image = Image("image/png", b"\x89PNG\r\n\x1a\n")
    fuse = Fuse(Budget(Limits(answer_tokens=8), PRICES))
    fuse.begin(replace(REQUEST, messages=(Message("user", "看", (image,)),)))

    with pytest.raises(LimitReached):
        fuse.take(TextDelta("今天天气"))

    assert fuse.spent.usd > 1000 * PRICES["sim/x"].in_usd / 1e6


def test_without_a_price_only_tokens_are_limited_and_that_is_said() -> None:
    budget = Budget(Limits(answer_tokens=9, answer_usd=1e-9), {})

    assert fuse_after(budget, FOUR).spent == Spent(1, is_estimated=True, is_whole=False)
    assert unpriced(budget, ["sim/x"]) == ["sim/x"]
    assert unpriced(replace(budget, prices=PRICES), ["sim/x"]) == []
    assert unpriced(Budget(Limits(answer_tokens=9)), ["sim/x"]) == []


def test_each_request_is_paid_by_its_own_models_price() -> None:
    prices = {**PRICES, "sim/y": Price(0, 1000)}

    fuse = fuse_after(Budget(prices=prices), FOUR)
    fuse.begin(replace(REQUEST, model="sim/y"))
    fuse.take(FOUR)

    assert fuse.spent.tokens == 2
    assert fuse.spent.usd == pytest.approx(11e-6 + 1000e-6)


def test_a_request_that_brought_nothing_costs_nothing() -> None:
    assert fuse_after(Budget(prices=PRICES)).spent == Spent()


def test_answers_of_one_session_share_its_limit() -> None:
    budget = Budget(Limits(session_tokens=3), meter=Meter())
    fuse_after(budget, FOUR, FOUR)

    with pytest.raises(LimitReached) as reached:
        fuse_after(budget, FOUR)

    assert reached.value.failure.error_type == "session_tokens"


async def test_nothing_is_asked_once_the_session_is_used_up() -> None:
    provider, meter = ScriptedProvider(FOUR), Meter()
    meter.note("another answer", Spent(5))
    fuse = Fuse(Budget(Limits(session_tokens=5), meter=meter))

    async with aclosing(Fused(provider, fuse).stream(REQUEST, None)) as events:
        with pytest.raises(LimitReached):
            await anext(events)

    assert provider.requests == []


def test_no_later_request_leaves_once_a_limit_is_reached() -> None:
    meter = Meter()
    fuse = fuse_after(Budget(Limits(session_tokens=3), meter=meter), FOUR)

    meter.note("another answer", Spent(5))

    with pytest.raises(LimitReached):
        fuse.begin(REQUEST)


@given(st.lists(st.text(min_size=1, max_size=30), max_size=40), st.integers(1, 60))
def test_an_answer_goes_over_its_limit_by_its_last_delta_at_most(
    pieces: list[str], tokens: int
) -> None:
    fuse, written = fuse_after(Budget(Limits(answer_tokens=tokens))), ""
    for piece in pieces:
        before, written = written, written + piece
        try:
            fuse.take(TextDelta(piece))
        except LimitReached:
            assert tokens_at_most(before) < tokens <= tokens_at_most(written)
            return

    assert tokens_at_most(written) < tokens


def test_an_answer_stopped_at_the_limit_says_so_and_closes_its_upstream(world: World) -> None:
    ask = replace(ASK, budget=Budget(Limits(answer_tokens=2), meter=Meter()))

    live = world.turns.begin("ann", None, "hi", ask)
    world.provider.say(FOUR, FOUR, FOUR, Finished("stop"))
    fold = wait_end(live)

    assert (fold.text, fold.outcome) == ("fourfour", "stopped")
    assert fold.failure is not None
    assert fold.failure.kind == "limit_reached"
    assert world.provider.is_closed.is_set()


def test_what_is_held_back_at_a_seam_counts_towards_the_limit(world: World) -> None:
    first = world.turns.begin("ann", None, "hi", ASK)
    world.provider.say(TextDelta("four" * 9), Finished("length"))
    wait_end(first)
    ask = replace(ASK, budget=Budget(Limits(answer_tokens=2), meter=Meter()))

    live = world.turns.go_on("ann", first.conversation_id, ask)
    world.provider.say(FOUR, FOUR)  # as it stands there already, and no end
    fold = wait_end(live)

    assert fold.failure is not None
    assert fold.failure.kind == "limit_reached"
