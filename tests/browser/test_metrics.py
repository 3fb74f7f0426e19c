"""The metrics page in a browser: filters in the URL, and figures that come by themselves."""

import re

from playwright.sync_api import Locator, Page, expect

from .driver import ask, await_end, choose_model
from .processes import App

FIRST = "sim/rate-1000-len-40-ttft-0"
SECOND = "sim/rate-1000-len-30-ttft-0"


def tile(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def choose_first_row(page: Page) -> None:
    """Clicks the box before the first row of the answers: drawn on a canvas, so by its place."""
    page.locator(".st-key-replies .dvn-scroller").click(position={"x": 18, "y": 52})


def test_filters_stay_in_the_address_while_figures_come(first_visit: Page, app: App) -> None:
    chat = first_visit
    for model in (FIRST, SECOND):
        choose_model(chat, model)
        ask(chat, "Hello")
        await_end(chat)
    page = chat.context.new_page()
    page.goto(f"{app.url}metrics?models={FIRST}")
    expect(tile(page, "Answers")).to_have_text("1")

    # Asked in the other tab; this one is not touched.
    choose_model(chat, FIRST)
    ask(chat, "Again")
    expect(tile(page, "Answers")).to_have_text("2")
    page.get_by_text("7d", exact=True).click()
    expect(page).to_have_url(re.compile("period=7d"))
    page.reload()

    expect(tile(page, "Answers")).to_have_text("2")
    expect(page.get_by_role("radio", name="7d")).to_be_checked()
    page.get_by_role("button", name="Clear all").click()
    expect(tile(page, "Answers")).to_have_text("3")
    page.close()


def test_a_sample_shows_what_the_page_is_for(first_visit: Page, app: App) -> None:
    first_visit.goto(f"{app.url}metrics")

    first_visit.get_by_role("button", name="Run a sample").click()

    expect(tile(first_visit, "Answers")).to_have_text("1")
    expect(first_visit.get_by_role("heading", name="Throughput (tok/s)")).to_be_visible()
    figures = first_visit.get_by_text("Time to first token (s) by model: figures")
    figures.click()
    expect(
        first_visit.get_by_role("region", name="Time to first token (s) by model")
    ).to_be_attached()
    choose_first_row(first_visit)
    expect(first_visit.get_by_role("heading", name="Flight recorder")).to_be_visible()
    expect(first_visit.get_by_role("heading", name="Its life")).to_be_visible()
    expect(first_visit).to_have_url(re.compile("reply="))
