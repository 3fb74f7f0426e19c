"""The flight recorder: an answer's life, and the answer once more."""

import re

import pytest
from playwright.sync_api import Page, expect

from .driver import ask, await_end, choose_model, known_words

STALLED = "sim/ttft-0-rate-200-len-80-style-prose-pause-1500-at-40"
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


def played(page: Page) -> list[str]:
    """The words in the first lane of the replay."""
    lane = page.get_by_test_id("stColumn").first.get_by_test_id("stMarkdownContainer")
    return " ".join(lane.all_inner_texts()[1:]).split()


def test_a_stalled_answer_is_told_and_replayed_with_a_rival(flight: Page) -> None:
    expect(flight.get_by_text(re.compile(r"Text .* s; Stall 1\.\d+ s; Text"))).to_be_visible()
    expect(flight.get_by_text(re.compile(r"1 gap, the longest 1\.\d+ s"))).to_be_visible()
    expect(flight.get_by_text(re.compile(r"\[1\.\d s\]"))).to_be_visible()

    expect(flight.get_by_role("slider")).to_be_visible()
    rival = flight.get_by_role("combobox", name="Race against")
    rival.fill(QUICK)
    rival.press("ArrowDown")
    expect(flight.get_by_role("option")).to_have_count(1)
    rival.press("Enter")
    expect(flight.get_by_test_id("stColumn")).to_have_count(2)
    flight.get_by_role("slider").fill("0")
    expect(flight.get_by_text(re.compile("^0.0 s of"))).to_be_visible()
    flight.get_by_role("button", name="Replay").click()

    expect(flight.get_by_role("button", name="Pause")).to_be_visible()
    expect(flight.get_by_role("slider")).not_to_have_value("0")
    expect(flight.get_by_role("button", name="Replay")).to_be_visible()
    expect(flight.get_by_test_id("stColumn").first).to_contain_text(known_words(80)[-1])
    assert played(flight) == known_words(80)


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
