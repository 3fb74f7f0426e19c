"""The compare page around a race: how lanes are chosen, and who else sees and hears it."""

from itertools import count

from playwright.sync_api import Page, Response, expect

from .driver import csv_rows, is_beginning, known_words, open_chat
from .processes import App
from .race_driver import (
    ask,
    await_result,
    await_words,
    choose,
    lane,
    race,
    result,
    stop_all,
    words,
)

LOCAL = "local/smollm2-135m-instruct"
QUICK = "sim/rate-200-len-60-style-prose-ttft-0"
BRIEF = "sim/rate-100-len-30-style-prose-ttft-0"
SLOW = "sim/rate-40-len-1500-style-prose-ttft-0"
_seeds = count(1)
"""So that each try of a test has models of its own."""
_TYPE = """(box, text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')
        .set.call(box, JSON.parse(`"${text}"`));
    box.dispatchEvent(new Event('input', {bubbles: true}));
}"""
_TEXT = """lane => {
    const text = [...lane.querySelectorAll('*')].find(
        part => getComputedStyle(part).overflowY === 'auto' && part.clientHeight > 300)
    const box = text.getBoundingClientRect()
    return {top: box.top, height: box.height, scrolls: text.scrollHeight > text.clientHeight}
}"""


def answer_of(page: Page, letter: str) -> str:
    """Which whole answer the lane shows: the class of what bears its id."""
    classes = lane(page, letter).locator('[class*="st-key-chat_"]').get_attribute("class") or ""
    return next(name for name in classes.split() if name.startswith("st-key-chat_"))


def await_other_answer(page: Page, letter: str, earlier: str) -> None:
    expect(lane(page, letter).locator(f".{earlier}")).to_have_count(0)


def test_without_a_key_the_local_model_and_the_simulator_race(page: Page, app: App) -> None:
    open_chat(page, f"{app.url}?model={LOCAL}")
    expect(page.get_by_text("Runs inside this app.")).to_be_visible(timeout=60_000)
    expect(page.get_by_label("OpenRouter API key", exact=True)).to_be_visible()

    race(page, app.url, LOCAL, QUICK, "acme/needs-a-key")

    await_words(page, "A", 2)
    expect(lane(page, "A")).to_contain_text("SmolLM2 135M")
    await_words(page, "B", len(known_words(60)))
    assert words(page, "B") == known_words(60)
    # One that cannot be asked says why where it stands.
    expect(lane(page, "C").get_by_role("alert")).to_contain_text("key")
    stop_all(page).or_(page.get_by_role("button", name="Try all again")).click()


def test_one_lane_is_asked_again_and_then_all_are(page: Page, app: App) -> None:
    race(page, app.url, QUICK, BRIEF)
    await_result(page)
    first = [answer_of(page, letter) for letter in "AB"]

    lane(page, "A").get_by_role("button", name="Try again").click()
    await_other_answer(page, "A", first[0])
    await_result(page)
    second = [answer_of(page, letter) for letter in "AB"]
    page.get_by_role("button", name="Try all again").click()
    for letter, earlier in zip("AB", second, strict=True):
        await_other_answer(page, letter, earlier)

    assert second[1] == first[1]
    await_result(page)
    assert words(page, "A") == known_words(60)


def test_it_is_kept_how_each_lane_was_painted(page: Page, app: App) -> None:
    models = {f"sim/rate-50-len-131-style-prose-ttft-500-seed-{next(_seeds)}" for _ in "AB"}
    told: set[str] = set()

    def ends_both(seen: Response) -> bool:
        told.update([seen.url] if "is_last" in (seen.request.post_data or "") else [])
        return len(told) == len(models)

    with page.expect_response(ends_both):
        race(page, app.url, *models)
    await_result(page)
    lanes = [row for row in csv_rows(page) if row["model"] in models]

    assert len(lanes) == len(models)
    for row in lanes:
        assert float(row["painted_ttft_s"]) >= float(row["ttft_s"])
        assert 0 <= float(row["paint_lag_p50_s"]) <= float(row["paint_lag_p95_s"])
        assert float(row["paint_freeze_s"]) >= 0


def test_side_by_side_lanes_are_equally_high_and_scroll_alone(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 1600, "height": 900})
    race(page, app.url, "sim/rate-1000-len-600-style-prose-ttft-0", BRIEF, BRIEF)
    await_result(page)

    texts = [lane(page, letter).evaluate(_TEXT) for letter in "ABC"]

    assert len({(text["top"], text["height"]) for text in texts}) == 1
    assert [text["scrolls"] for text in texts] == [True, False, False]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lane(page, "B").get_by_role("button", name="Copy").click()
    expect(lane(page, "B").get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == known_words(30)


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


def test_each_lane_has_its_own_parameters_and_all_are_saved(page: Page, app: App) -> None:
    choose(page, app.url, QUICK, QUICK)
    page.get_by_role("button", name="Parameters").first.click()
    limit = page.get_by_label("Max tokens")
    limit.fill("7")
    limit.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Saved lanes").click()
    name = page.get_by_label("Save these lanes as")
    name.fill("Short and long")
    name.press("Enter")
    expect(page.get_by_role("button", name="Short and long")).to_be_visible()

    choose(page, app.url, BRIEF)
    page.get_by_role("button", name="Saved lanes").click()
    page.get_by_role("button", name="Short and long").click()
    expect(page.get_by_role("button", name="Remove")).to_have_count(2)
    page.keyboard.press("Escape")
    ask(page)
    await_result(page)

    assert words(page, "A") == known_words(60)[:7]
    assert words(page, "B") == known_words(60)


def test_a_second_tab_joins_the_race_where_it_is(page: Page, app: App) -> None:
    race(page, app.url, SLOW, QUICK)
    await_words(page, "A", 30)
    seen = len(words(page, "A"))

    other = page.context.new_page()
    other.goto(page.url)
    await_words(other, "A", seen + 10)

    assert is_beginning(words(other, "A"), known_words(1500))
    stop_all(other).click()
    await_result(other)
    await_result(page)
    assert words(page, "A") == words(other, "A")
    other.close()


def test_a_screen_reader_hears_when_lanes_begin_and_end(page: Page, app: App) -> None:
    choose(page, app.url, "sim/rate-20-len-100-style-prose-ttft-0", BRIEF)
    status = page.locator(".st-key-page_script").get_by_role("status")
    expect(status).to_have_text("")

    ask(page)

    expect(status).to_have_text("The lanes are answering")
    expect(status).to_have_text("All lanes have ended")


def test_half_a_character_does_not_break_the_race(page: Page, app: App) -> None:
    choose(page, app.url, "sim/echo-ttft-0", BRIEF)
    page.get_by_test_id("stChatInputTextArea").evaluate(_TYPE, "one \\ud83d two")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    await_result(page)

    assert words(page, "A") == ["one", "\ufffd", "two"]
