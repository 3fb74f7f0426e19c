"""A visitor's key in the browser: pasted, connected, remembered, forgotten, refused."""

import re
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.simulator.special_keys import DISABLED_KEY, EXHAUSTED_KEY, EXPIRED_KEY, REFUSED_KEY

from .driver import KEY, open_chat, remember_key
from .processes import App
from .test_looks import Scheme, violations

KEY_COOKIE = "tickertape_key"


def field(page: Page) -> Locator:
    return page.get_by_label("OpenRouter API key", exact=True)


def paste(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def chip(page: Page) -> Locator:
    """What a checked key is called."""
    return page.get_by_test_id("stSidebar").get_by_text(re.compile(r"sk-or-v1-\w\.\.\.\w{3}"))


def forget(page: Page) -> None:
    page.get_by_role("button", name="Forget key").click()
    expect(page.get_by_role("button", name="Forget key")).to_be_hidden()


def kept_cookie(page: Page) -> str | None:
    """What the browser remembers, or None."""
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
    return kept[KEY_COOKIE]["value"] if KEY_COOKIE in kept else None


def clearing(page: Page) -> AbstractContextManager[object]:
    """Waits at its end until the browser was told to remember no key."""
    return page.expect_response(re.compile("/api/key/forget$"))


def test_a_pasted_key_is_checked_and_leaves_the_page(first_visit: Page) -> None:
    paste(first_visit, f" {KEY} ")

    expect(chip(first_visit)).to_be_visible()
    expect(first_visit.get_by_text("$9.50 of $10.00 left")).to_be_visible()
    expect(field(first_visit)).to_have_value("")
    assert KEY not in first_visit.content()


def test_forgetting_takes_one_click(first_visit: Page) -> None:
    paste(first_visit, KEY)
    expect(chip(first_visit)).to_be_visible()

    forget(first_visit)

    expect(chip(first_visit)).to_be_hidden()
    expect(first_visit.get_by_role("link", name="Connect OpenRouter")).to_be_visible()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (REFUSED_KEY, "OpenRouter does not know this key."),
        (DISABLED_KEY, "This key was turned off at OpenRouter."),
        (EXPIRED_KEY, "This key's time has run out."),
        (EXHAUSTED_KEY, "Nothing is left on this key."),
        ("sk-ant-api03-" + "x" * 90, "It is one of Anthropic's"),
        ("   ", "It is empty."),
        (KEY.replace("-", "–"), "such as a long dash"),
        ("k" * 10_000, "longer than 512 characters"),
    ],
    ids=["wrong", "disabled", "expired", "exhausted", "anthropic", "spaces", "dash", "10 KB"],
)
def test_each_bad_key_has_its_sentence(page: Page, key: str, sentence: str) -> None:
    paste(page, key)

    expect(page.get_by_test_id("stSidebar").get_by_text(sentence)).to_be_visible()
    expect(field(page)).to_have_value("")


def test_openrouter_is_connected_there_and_back(first_visit: Page, app: App) -> None:
    first_visit.get_by_role("link", name="Connect OpenRouter").click()
    expect(first_visit.get_by_role("heading", name="Simulated OpenRouter")).to_be_visible()

    first_visit.get_by_role("link", name="Authorize").click()

    expect(chip(first_visit)).to_be_visible()
    expect(first_visit).to_have_url(app.url)
    assert not re.search(r"sk-or-v1-[0-9a-f]{64}", first_visit.content())


def test_a_cancelled_sign_in_says_so(first_visit: Page) -> None:
    first_visit.get_by_role("link", name="Connect OpenRouter").click()

    first_visit.get_by_role("link", name="Cancel").click()

    expect(first_visit.get_by_text("OpenRouter gave no key")).to_be_visible()


def test_openrouter_is_connected_with_a_code(first_visit: Page) -> None:
    first_visit.get_by_text("Connect with a code").click()
    with first_visit.expect_popup() as opened:
        first_visit.get_by_role("link", name="Get a code at OpenRouter").click()
    code = opened.value.locator("code").inner_text()
    opened.value.close()

    box = first_visit.get_by_label("Code from OpenRouter")
    box.fill(code)
    box.press("Enter")

    expect(chip(first_visit)).to_be_visible()


def test_a_code_that_is_none_says_so(first_visit: Page) -> None:
    first_visit.get_by_text("Connect with a code").click()
    with first_visit.expect_popup() as opened:
        first_visit.get_by_role("link", name="Get a code at OpenRouter").click()
    opened.value.close()

    box = first_visit.get_by_label("Code from OpenRouter")
    box.fill("made-up")
    box.press("Enter")

    expect(first_visit.get_by_text("OpenRouter did not accept the code.")).to_be_visible()


def test_a_key_that_is_not_remembered_is_gone_with_a_reload(first_visit: Page, app: App) -> None:
    paste(first_visit, KEY)
    expect(chip(first_visit)).to_be_visible()

    open_chat(first_visit, app.url)

    expect(first_visit.get_by_role("link", name="Connect OpenRouter")).to_be_visible()
    assert kept_cookie(first_visit) is None


def test_a_remembered_key_is_there_after_a_reload_until_it_is_forgotten(
    first_visit: Page, app: App
) -> None:
    paste(first_visit, KEY)
    remember_key(first_visit)
    assert kept_cookie(first_visit) is not None

    open_chat(first_visit, app.url)
    expect(chip(first_visit)).to_be_visible()
    expect(first_visit.get_by_role("switch", name="Remember me")).to_be_checked()

    with clearing(first_visit):
        forget(first_visit)
    assert kept_cookie(first_visit) is None
    open_chat(first_visit, app.url)
    expect(first_visit.get_by_role("link", name="Connect OpenRouter")).to_be_visible()


def test_a_cookie_that_cannot_be_cleared_is_said_to_be_there_still(first_visit: Page) -> None:
    paste(first_visit, KEY)
    remember_key(first_visit)
    assert kept_cookie(first_visit) is not None
    first_visit.route("**/api/key/forget", lambda route: route.fulfill(status=500))

    forget(first_visit)

    expect(
        first_visit.get_by_text("The key could not be cleared from this browser.")
    ).to_be_visible()
    assert kept_cookie(first_visit) is not None
    expect(first_visit.get_by_role("link", name="Connect OpenRouter")).to_be_visible()


def test_the_cookie_is_for_the_server_alone(first_visit: Page) -> None:
    paste(first_visit, KEY)
    remember_key(first_visit)
    assert kept_cookie(first_visit) is not None

    (kept,) = [c for c in first_visit.context.cookies() if c["name"] == KEY_COOKIE]

    assert (kept["httpOnly"], kept["sameSite"], kept["secure"]) == (True, "Strict", False)
    assert KEY not in kept["value"]
    assert KEY_COOKIE not in first_visit.evaluate("document.cookie")


def test_a_stolen_cookie_opens_nothing_and_is_cleared(first_visit: Page, app: App) -> None:
    paste(first_visit, KEY)
    remember_key(first_visit)
    assert kept_cookie(first_visit) is not None
    stolen = kept_cookie(first_visit)
    assert stolen is not None

    first_visit.context.clear_cookies()
    first_visit.context.add_cookies([{"name": KEY_COOKIE, "value": stolen, "url": app.url}])
    with clearing(first_visit):
        open_chat(first_visit, app.url)

    expect(first_visit.get_by_role("link", name="Connect OpenRouter")).to_be_visible()
    assert kept_cookie(first_visit) is None


@pytest.mark.parametrize(("width", "schemes"), [(1280, ["light", "dark"]), (390, ["light"])])
def test_no_state_of_the_keys_place_has_a_serious_violation_that_is_ours(
    width: int, schemes: list[Scheme], first_visit: Page
) -> None:
    first_visit.set_viewport_size({"width": width, "height": 844})
    unfold = first_visit.get_by_role("button", name="Expand sidebar")
    expect(unfold.or_(field(first_visit)).first).to_be_visible()
    if unfold.is_visible():
        unfold.click()
    first_visit.get_by_text("Connect with a code").click()
    expect(first_visit.get_by_label("Code from OpenRouter")).to_be_visible()
    found = violations(first_visit, "no key", schemes)

    paste(first_visit, KEY)
    expect(chip(first_visit)).to_be_visible()
    paste(first_visit, "sk-ant-api03-" + "x" * 90)
    expect(first_visit.get_by_text("It is one of Anthropic's")).to_be_visible()
    found += violations(first_visit, "a key, and a bad one", schemes)

    paste(first_visit, EXPIRED_KEY)
    expect(first_visit.get_by_text("Key expired")).to_be_visible()
    found += violations(first_visit, "an expired key", schemes)

    assert not found, "\n".join(found)
