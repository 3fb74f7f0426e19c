"""The compare page before a race: which lanes are chosen, from where, and how each asks."""

from playwright.sync_api import Page, expect

from .processes import App
from .race_driver import ask, await_result, lane, result

QUICK = "sim/rate-200-len-60-style-prose-ttft-0"


def test_one_model_is_raced_at_its_hosts(page: Page, app: App) -> None:
    page.goto(f"{app.url}compare")
    page.get_by_text("Same model, many hosts").click()
    expect(page.get_by_role("combobox", name="Model")).to_have_count(2)
    box = page.get_by_role("combobox", name="Model").last
    box.click()
    box.fill(QUICK)
    box.press("Enter")
    expect(page.get_by_role("row", name="Slowpoke")).to_contain_text("int4")
    page.get_by_role("button", name="Use these hosts as lanes").click()
    expect(page.get_by_role("button", name="Remove")).to_have_count(3)

    ask(page)
    await_result(page)

    for letter, host in zip("ABC", ("Simulator", "Halfway", "Slowpoke"), strict=True):
        expect(lane(page, letter)).to_contain_text(f"via {host}")
    figures = result(page).get_by_role("row", name="halfway/fp8")
    expect(figures).to_contain_text("99.5 %")
    expect(figures).to_contain_text("100 (100)")  # tok/s at p50 and p90
