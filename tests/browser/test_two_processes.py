"""Two server processes on one database: what one answers, the other shows and stops."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .driver import (
    KEY,
    ask,
    await_end,
    await_words,
    choose_model,
    composer,
    is_beginning,
    known_words,
    open_chat,
    paste_key,
    stop_button,
    words,
)
from .processes import App, Upstream, start_app, stop

SLOW = "acme/sim-rate-40-len-4000-style-prose-ttft-0"
Pair = tuple[App, App]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def pair(
    request: pytest.FixtureRequest, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("two")
    url = f"sqlite:///{folder / 'shared.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_database("two")
    one = start_app(folder, upstream.base_url, database_url=url)
    other = start_app(folder, upstream.base_url, database_url=url)
    yield one, other
    stop(one.process)
    stop(other.process)


@pytest.fixture
def here(profile: BrowserContext, pair: Pair) -> Iterator[Page]:
    """A tab at the first process, where a long answer is being written."""
    with closing(profile.new_page()) as page:
        open_chat(page, pair[0].url)
        choose_model(page, SLOW)
        paste_key(page, KEY)
        ask(page, "Hello")
        await_words(page, 20)
        yield page


@pytest.fixture
def there(here: Page, profile: BrowserContext, pair: Pair) -> Iterator[Page]:
    """A tab of the same visitor at the other process, with the same conversation."""
    with closing(profile.new_page()) as page:
        open_chat(page, here.url.replace(pair[0].url, pair[1].url))
        await_words(page, 30)
        yield page


@pytest.mark.parametrize("way", ["click", "Escape"])
def test_stop_works_also_where_another_process_writes_the_answer(
    here: Page, there: Page, upstream: Upstream, way: str
) -> None:
    assert upstream.newest()["client_closed_at_ms"] is None

    if way == "click":
        stop_button(there).click()
    else:
        there.keyboard.press("Escape")
    await_end(there)
    await_end(here)

    assert upstream.newest()["client_closed_at_ms"] is not None
    assert words(there) == words(here)
    assert is_beginning(words(here), known_words(4000))
    for page in (here, there):
        expect(page.locator(".stMarkdownBadge", has_text="Stopped")).to_be_visible()


def test_a_message_is_not_sent_into_an_answer_of_another_process(here: Page, there: Page) -> None:
    composer(there).fill("Meanwhile")
    composer(there).press("Enter")

    expect(there.get_by_text("An answer is still being written.")).to_be_visible()
    expect(composer(there)).to_have_value("Meanwhile")
    expect(there.get_by_test_id("stChatMessage")).to_have_count(2)
    stop_button(here).click()
    await_end(here)
