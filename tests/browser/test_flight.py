"""The flight recorder: an answer's life, and the answer once more."""

import re

import pytest
from playwright.sync_api import Page, expect

from .driver import ask, await_end, choose_model, known_words

STALLED = "sim/ttft-0-rate-200-len-80-style-prose-pause-3000-at-40"
"""Replayed for more than 3 s: so long does a busy machine have to look at it."""
QUICK = "sim/ttft-0-rate-200-len-30-style-prose"


@pytest.fixture
def flight(first_visit: Page) -> Page:
    """The flight recorder of an answer that stalled, beside a quick one: a visitor's only two."""
    for model in (QUICK, STALLED):
        choose_model(first_visit, model)
        ask(first_visit, f"Say {model}")
        await_end(first_visit)
    first_visit.get_by_role("button", name="Flight recorder").click()
    expect(first_visit.get_by_role("heading", name="Replay")).to_be_visible()
    return first_visit


def assert_played(page: Page, words: list[str]) -> None:
    """The first lane of the replay comes to its head and these words, without any that are stale.

    Those of the replay go a moment after its end: they stay until the page is drawn to its end.
    """
    text = r"\s+".join(map(re.escape, words))
    whole = re.compile(rf"tokens · TTFT \d+\.\d\d s\s+{text}$")
    expect(page.get_by_test_id("stColumn").first).to_have_text(whole, use_inner_text=True)


def test_a_stalled_answer_is_told_and_replayed_with_a_rival(flight: Page) -> None:
    life = flight.get_by_text(re.compile(r"Text .* s; Stall [23]\.\d+ s; Text"))
    expect(life).to_be_visible()
    stalled_s = re.findall(r"Stall (\S+) s", life.inner_text())[0]
    expect(flight.get_by_text(f"1 gap, the longest {stalled_s} s")).to_be_visible()
    expect(flight.get_by_text(re.compile(r"\[[23]\.\d s\]"))).to_be_visible()

    expect(flight.get_by_role("slider")).to_be_visible()
    rival = flight.get_by_role("combobox", name="Race against")
    rival.fill(QUICK)
    rival.press("ArrowDown")
    expect(flight.get_by_role("option")).to_have_count(1)
    rival.press("Enter")
    expect(flight.get_by_test_id("stColumn")).to_have_count(2)
    flight.get_by_role("slider").fill("0")
    expect(flight.get_by_text(re.compile("^0.0 s of"))).to_be_visible()
    # That, the browser writes at once; a click before the server has drawn it could be lost.
    expect(flight.get_by_text("0.0 s · ≈ 0 tokens")).to_have_count(2)
    flight.get_by_role("button", name="Replay").click()

    expect(flight.get_by_role("button", name="Pause")).to_be_visible()
    expect(flight.get_by_role("slider")).not_to_have_value("0")
    expect(flight.get_by_role("button", name="Replay")).to_be_visible()
    assert_played(flight, known_words(80))


def test_an_earlier_answer_has_a_flight_recorder_too(page: Page) -> None:
    choose_model(page, QUICK)
    for text in ("First", "Second"):
        ask(page, text)
        await_end(page)

    page.get_by_role("button", name="Edit", exact=True).first.click()
    page.get_by_text("Flight recorder of the answer").click()

    expect(page.get_by_role("heading", name="Its life")).to_be_visible()
    expect(page).to_have_url(re.compile("reply="))
    page.get_by_role("link", name="Chat", exact=True).click()
