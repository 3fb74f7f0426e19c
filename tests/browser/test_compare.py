"""The compare page: lanes that stream at once, each by itself; nothing is lost."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import WIDE, Serve
from .driver import is_beginning, known_words
from .processes import App
from .race_driver import (
    ask,
    await_result,
    await_words,
    lane,
    race,
    result,
    stop,
    stop_all,
    words,
)

SLOW = "sim/rate-40-len-1500-style-prose-ttft-0"
QUICK = "sim/rate-200-len-60-style-prose-ttft-0"
BRIEF = "sim/rate-100-len-30-style-prose-ttft-0"
REFUSED = "sim/400"


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    tab.set_viewport_size(WIDE)
    yield tab
    if stop_all(tab).is_visible():
        stop_all(tab).click()


def test_four_lanes_are_live_at_once(page: Page, app: App) -> None:
    race(page, app.url, SLOW, SLOW, SLOW, SLOW)

    await_words(page, "ABCD", 40)

    for letter in "ABCD":
        expect(lane(page, letter)).to_contain_text(re.compile(r"≈ \d+ tok/s · ≈ [\d,]+ tokens"))
        expect(stop(page, letter)).to_be_visible()
        assert is_beginning(words(page, letter), known_words(1500))
    expect(page.get_by_text(re.compile(r"The requests left within \d+ ms"))).to_be_visible()


def test_a_failing_lane_leaves_the_others_alone(page: Page, app: App) -> None:
    race(page, app.url, REFUSED, SLOW)

    expect(lane(page, "A").get_by_role("alert")).to_contain_text("did not accept this request")
    before = len(words(page, "B"))
    await_words(page, "B", before + 30)

    expect(stop(page, "B")).to_be_visible()
    expect(lane(page, "A").get_by_role("button", name="Try again")).to_be_visible()


def test_one_lane_is_stopped_and_the_others_go_on(page: Page, app: App) -> None:
    race(page, app.url, SLOW, SLOW, SLOW)
    await_words(page, "ABC", 20)

    stop(page, "B").click()

    expect(lane(page, "B")).to_contain_text("Stopped")
    kept = words(page, "B")
    await_words(page, "AC", len(kept) + 40)
    assert words(page, "B") == kept


def test_a_stopped_lane_goes_on_or_is_asked_again(page: Page, app: App) -> None:
    race(page, app.url, SLOW, BRIEF)
    await_words(page, "A", 20)
    stop_all(page).click()
    await_result(page)
    kept = words(page, "A")

    lane(page, "A").get_by_role("button", name="Continue", exact=True).click()
    await_words(page, "A", len(kept) + 20)

    assert words(page, "A")[: len(kept) - 1] == kept[:-1]
    expect(lane(page, "B").get_by_role("button", name="Try again")).to_be_visible()


def test_a_reload_in_the_middle_loses_nothing(page: Page, app: App) -> None:
    race(page, app.url, SLOW, QUICK)
    await_words(page, "A", 40)
    seen = len(words(page, "A"))

    page.reload()
    await_words(page, "A", seen + 20)

    assert is_beginning(words(page, "A"), known_words(1500))
    assert words(page, "B") == known_words(60)


def test_leaving_the_page_loses_nothing(page: Page, app: App) -> None:
    race(page, app.url, SLOW, SLOW)
    await_words(page, "AB", 20)
    seen = len(words(page, "A"))

    page.get_by_role("link", name="Metrics").click()
    expect(page.get_by_role("heading", name="Metrics")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    await_words(page, "AB", seen + 20)

    assert is_beginning(words(page, "A"), known_words(1500))


def test_the_result_ranks_the_lanes_and_draws_their_tokens(page: Page, app: App) -> None:
    race(page, app.url, QUICK, BRIEF)

    await_result(page)

    expect(result(page).get_by_role("row")).to_have_count(3)
    expect(result(page)).to_contain_text("(1st)")
    expect(result(page)).to_contain_text("60 tokens")
    expect(page.get_by_text(re.compile("Tokens over time.*60 after"))).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()


def test_a_lane_joins_a_finished_round(page: Page, app: App) -> None:
    race(page, app.url, BRIEF, BRIEF)
    await_result(page)

    page.get_by_role("button", name="Add a lane").click()
    box = page.get_by_role("combobox", name="Model")
    box.click()
    box.fill(QUICK)
    box.press("Enter")

    await_words(page, "C", 55)
    expect(result(page).get_by_role("row")).to_have_count(4)
    assert words(page, "A") == known_words(30)


def test_a_follow_up_asks_all_lanes_anew(page: Page, app: App) -> None:
    race(page, app.url, "sim/echo-ttft-0", BRIEF)
    await_result(page)

    ask(page, "And now shorter")
    await_result(page)

    expect(page.get_by_text("Round 1: Which is best?")).to_be_visible()
    assert words(page, "A") == ["And", "now", "shorter"]
    page.get_by_text("Round 1: Which is best?").click()
    expect(page.locator('[class*="st-key-lane_A_"]').first).to_contain_text("Which is best?")


def test_one_answer_goes_on_as_a_chat(page: Page, app: App) -> None:
    race(page, app.url, QUICK, BRIEF)
    await_result(page)

    lane(page, "B").get_by_role("button", name="Continue with this one").click()

    expect(page.get_by_role("heading", name="Chat")).to_be_visible()
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text("Which is best?")
    expect(page.get_by_test_id("stSidebar").get_by_text("Which is best?").first).to_be_visible()


def test_two_answers_are_laid_over_each_other(page: Page, app: App) -> None:
    race(page, app.url, BRIEF, QUICK)
    await_result(page)

    page.get_by_text("Show differences").click()

    expect(page.get_by_text("Struck out: only in the first.")).to_be_visible()
    marked = page.locator("[data-testid=stMarkdown] .stMarkdownColoredBackground")
    expect(marked.last).to_contain_text(known_words(60)[-1])


@pytest.mark.parametrize("narrow", [390, 880], ids=["phone", "below 900 px"])
def test_in_a_narrow_window_lanes_are_swiped(page: Page, app: App, narrow: int) -> None:
    page.set_viewport_size({"width": narrow, "height": 844})
    race(page, app.url, QUICK, QUICK, QUICK)
    await_result(page)

    width = page.evaluate("document.documentElement.scrollWidth")
    lefts = [lane(page, letter).bounding_box() for letter in "ABC"]

    assert width <= narrow
    tops = {round(box["y"]) for box in lefts if box is not None}
    assert len(tops) == 1  # side by side, each in reach of a swipe
    lane(page, "C").scroll_into_view_if_needed()
    expect(lane(page, "C")).to_be_in_viewport()


def test_without_any_key_lanes_are_there_and_answer(page: Page, app: App) -> None:
    page.goto(f"{app.url}compare")
    expect(page.get_by_role("button", name="Remove")).to_have_count(2)
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_role("button", name="Remove")).to_have_count(1)
    box = page.get_by_role("combobox", name="Model")
    box.click()
    box.fill(QUICK)
    box.press("Enter")
    expect(page.get_by_role("button", name="Remove")).to_have_count(2)

    ask(page)

    await_words(page, "B", 55)
    assert words(page, "B") == known_words(60)


def test_after_kill_9_each_lane_is_there_as_far_as_it_came(
    spare: Page, serve: Serve, tmp_path: Path
) -> None:
    page, server = spare, serve(tmp_path)
    race(page, server.url, SLOW, BRIEF)
    await_words(page, "A", 120)
    address = page.url.removeprefix(server.url)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()

    again = serve(tmp_path)
    page.goto(again.url + address)

    expect(lane(page, "A")).to_contain_text("Interrupted")
    assert is_beginning(words(page, "A"), known_words(1500))
    assert len(words(page, "A")) > 40
    assert words(page, "B") == known_words(30)
