"""The metrics page in a browser: filters in the URL, and figures that come by themselves."""

import re

from playwright.sync_api import Locator, Page, expect

from .driver import ask, await_end, choose_model, greeting
from .processes import App

FIRST = "sim/rate-1000-len-40-ttft-0"
SECOND = "sim/rate-1000-len-30-ttft-0"


def tile(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def choose_only_row(page: Page) -> None:
    """Clicks the box before the only answer: drawn on a canvas, below a head that is as high."""
    table = page.locator(".st-key-replies .dvn-scroller")
    expect(page.locator(".st-key-replies canvas [role=gridcell]")).not_to_have_count(0)
    box = table.bounding_box()
    assert box is not None
    table.click(position={"x": 18, "y": 0.75 * box["height"]})


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
    expect(first_visit.get_by_text("Throughput", exact=True)).to_be_visible()
    figures = first_visit.get_by_text("Time to first token (s) by model: figures")
    figures.click()
    expect(
        first_visit.get_by_role("region", name="Time to first token (s) by model")
    ).to_be_attached()
    choose_only_row(first_visit)
    expect(first_visit.get_by_role("heading", name="Flight recorder")).to_be_visible()
    expect(first_visit.get_by_role("heading", name="Its life")).to_be_visible()
    expect(first_visit).to_have_url(re.compile("reply="))


def test_of_quick_choices_the_last_stand_and_charts_are_not_made_anew(page: Page) -> None:
    choose_model(page, FIRST)
    ask(page, "Hello")
    await_end(page)
    page.get_by_role("link", name="Metrics", exact=True).click()
    expect(page.get_by_role("button", name="Download report")).to_be_visible()
    chart = page.locator("[data-testid=stVegaLiteChart] canvas.marks").first
    made = chart.element_handle()

    for period in ("24h", "7d", "90d"):
        page.get_by_test_id("stMain").get_by_text(period, exact=True).click()
    outcomes = page.get_by_role("combobox", name="Outcomes")
    outcomes.fill("Done")
    outcomes.press("Enter")
    page.get_by_test_id("stMain").get_by_text("All", exact=True).click()

    expect(page).to_have_url(re.compile(r"(?=.*period=All)(?=.*outcomes=Done)"))
    expect(tile(page, "Failed")).to_have_text("0.0%")
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached()
    expect(page.get_by_role("radio", name="All")).to_be_checked()
    assert made.evaluate("canvas => canvas.isConnected")

    # Nor are filters in the address in the way of leaving.
    page.get_by_role("button", name="New chat").click()
    expect(greeting(page)).to_be_visible()
    expect(page).not_to_have_url(re.compile("period="))
