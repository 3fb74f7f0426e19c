"""What only a browser can send or take: broken characters, large pastes, a file."""

import pandas as pd
from playwright.sync_api import Page, expect

from .driver import ask, await_end, choose_model, composer, open_chat, words
from .processes import App

_TYPE = """(box, text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, text);
    box.dispatchEvent(new Event('input', {bubbles: true}));
}"""


def test_a_message_with_half_an_emoji_is_not_lost(page: Page) -> None:
    choose_model(page, "sim/echo-ttft-0")
    page.evaluate(
        f"({_TYPE})(document.querySelector('[data-testid=stChatInputTextArea]'), 'one \\ud83d two')"
    )

    composer(page).press("Enter")
    await_end(page)

    assert words(page) == ["one", "�", "two"]


def test_a_message_of_200_kilobytes_is_given_back_with_a_sentence(page: Page) -> None:
    text = "many words " * 20_000
    composer(page).evaluate(_TYPE, text)

    composer(page).press("Enter")

    expect(page.get_by_text("This message is too long: 220,000 characters")).to_be_visible()
    expect(composer(page)).to_have_value(text)


def test_nothing_a_visitor_types_becomes_markup(page: Page) -> None:
    choose_model(page, "sim/echo-ttft-0")

    ask(page, "<img src=x onerror=alert(1)> **bold** $5 and $6 [a](b)")
    await_end(page)

    asked = page.get_by_test_id("stChatMessage").first
    expect(asked).to_contain_text("<img src=x onerror=alert(1)> **bold** $5 and $6 [a](b)")
    expect(page.get_by_test_id("stMain").locator("img")).to_have_count(0)


def test_the_figures_can_be_taken_away_as_csv(first_visit: Page, app: App) -> None:
    choose_model(first_visit, "sim/rate-1000-len-40-ttft-0")
    ask(first_visit, "Hello")
    await_end(first_visit)

    first_visit.goto(f"{app.url}metrics")
    with first_visit.expect_download() as download:
        first_visit.get_by_role("button", name="Download CSV").click()
    table = pd.read_csv(download.value.path())

    assert list(table["model"]) == ["sim/rate-1000-len-40-ttft-0"]
    assert list(table["outcome"]) == ["completed"]
    assert list(table["tokens"]) == [40]


def test_an_unknown_conversation_says_so(page: Page, app: App) -> None:
    open_chat(page, f"{app.url}?c=no-such-conversation")

    expect(
        page.get_by_text("This conversation does not exist, or it is not yours.")
    ).to_be_visible()
