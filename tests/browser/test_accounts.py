"""Logging in: what was begun before comes along, and belongs to the account wherever it logs in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Arrive, assert_clean
from .driver import (
    ask,
    await_end,
    await_words,
    choose_model,
    composer,
    is_beginning,
    known_words,
    open_chat,
    stop_button,
    words,
)
from .identity import served_identity, write_secrets
from .processes import App, Upstream, free_port, start_app, stop

BUSY_MS = 60_000
SLOW = "sim/rate-20-len-4000-style-prose-ttft-0"
"""Runs for 200 s: two browsers load four pages meanwhile, on a busy machine, too."""


@pytest.fixture
def login_app(upstream: Upstream, tmp_path: Path) -> Iterator[App]:
    """A server whose operator has set Streamlit's login up, and where nobody has an account yet."""
    port = free_port()
    with served_identity() as identity:
        secrets = tmp_path / "secrets.toml"
        write_secrets(secrets, identity.issuer, f"http://localhost:{port}/")
        flags = ("--secrets.files", str(secrets))
        app = start_app(tmp_path, upstream.base_url, port=port, flags=flags)
        try:
            yield app
        finally:
            stop(app.process)
    assert_clean(app.printed())


def log_in(page: Page) -> None:
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Logged in as Ann")).to_be_visible()
    expect(composer(page)).to_be_visible()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def entry(page: Page, title: str) -> Locator:
    return page.get_by_test_id("stSidebar").get_by_role("button", name=title, exact=True)


def test_a_running_answer_comes_along_into_the_account_and_is_there_in_another_browser(
    arrive: Arrive, login_app: App
) -> None:
    page, other = arrive().new_page(), arrive().new_page()
    open_chat(page, login_app.url)
    choose_model(page, SLOW)
    ask(page, "Before logging in")
    await_words(page, 10)
    address = page.url

    log_in(page)
    page.goto(address)
    await_words(page, 30)
    expect(stop_button(page)).to_be_visible()

    open_chat(other, address)
    expect(other.get_by_text("This conversation does not exist")).to_be_visible()
    log_in(other)
    other.goto(address)
    await_words(other, 40)
    # A starved browser shows buttons late: the frames of a growing answer come before them.
    stop_button(other).click(timeout=BUSY_MS)
    await_end(other)
    await_end(page)
    assert words(other) == words(page)
    assert is_beginning(words(page), known_words(4000))

    log_out(page)
    expect(entry(page, "Before logging in")).to_have_count(0)
    page.goto(address)
    expect(page.get_by_text("This conversation does not exist")).to_be_visible()
    expect(entry(other, "Before logging in")).to_be_visible()


def test_without_a_login_of_the_operators_there_is_no_word_of_it(page: Page) -> None:
    expect(page.get_by_role("button", name="Log in")).to_have_count(0)
    expect(page.get_by_role("button", name="Log out")).to_have_count(0)
