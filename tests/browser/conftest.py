"""One server, one simulator and one Chromium for all browser tests; a fresh visitor for each."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import (
    BrowserContext,
    Error,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from postgres_server import PostgresServer

from .driver import KEY, greeting, open_chat
from .processes import App, Upstream, find_chromium, start_app, start_simulator, stop

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
PATIENCE_MS = 15_000
WIDE: ViewportSize = {"width": 1280, "height": 800}

Arrive = Callable[[], BrowserContext]


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """The simulator that stands in OpenRouter's place."""
    process, base_url = start_simulator()
    yield Upstream(base_url)
    stop(process)


@pytest.fixture(scope="session")
def app(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The server; after all tests its terminal is read once more, for what its end has printed."""
    app = start_app(tmp_path_factory.mktemp("app"), upstream.base_url)
    yield app
    stop(app.process)
    assert_clean(app.printed())


# Not for the whole session: Playwright's event loop would stand in the way of asynchronous tests.
@pytest.fixture(scope="package")
def arrive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arrive]:
    """Opens a new browser profile, kept on disk: only those keep compiled code, a second a page."""
    with sync_playwright() as playwright:

        def launch() -> BrowserContext:
            context = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"),
                executable_path=find_chromium(),
                args=FLAGS,
                viewport=WIDE,
            )
            context.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            return context

        yield launch


@pytest.fixture(scope="package")
def profile(arrive: Arrive) -> Iterator[BrowserContext]:
    """The profile of most tests; their visitors are told apart by cookies."""
    context = arrive()
    yield context
    context.close()


@pytest.fixture
def first_visit(profile: BrowserContext, app: App) -> Iterator[Page]:
    """The chat page, as a visitor sees it who was never here before."""
    kept = profile.cookies()
    profile.clear_cookies()
    with _watched(profile.new_page()) as page:
        _forget_layout(page, app)
        open_chat(page, app.url)
        yield page
    page.close()
    profile.clear_cookies()
    profile.add_cookies(
        [{"name": own["name"], "value": own["value"], "url": app.url} for own in kept]
    )


@pytest.fixture(scope="package")
def tab(profile: BrowserContext) -> Page:
    """One tab for most tests: opening the page is what takes longest."""
    return profile.new_page()


@pytest.fixture
def page(tab: Page, app: App) -> Iterator[Page]:
    """A new chat of a visitor who may have been here before."""
    tab.set_viewport_size(WIDE)
    tab.emulate_media(color_scheme="null", reduced_motion="null")
    _forget_layout(tab, app)
    with _watched(tab):
        new_chat = tab.get_by_test_id("stSidebar").get_by_role("button", name="New chat")
        is_folded = tab.get_by_role("button", name="Expand sidebar").is_visible()
        if new_chat.is_visible() and not is_folded:
            new_chat.click()
            expect(greeting(tab)).to_be_visible()
        else:
            open_chat(tab, app.url)
        yield tab


@pytest.fixture(scope="package")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the browser tests' own."""
    with closing(PostgresServer()) as server:
        yield server


def _forget_layout(page: Page, app: App) -> None:
    """Streamlit remembers in the browser whether the sidebar was folded: no test's affair."""
    storage = page.context.new_cdp_session(page)
    storage.send(
        "Storage.clearDataForOrigin",
        {"origin": app.url.rstrip("/"), "storageTypes": "local_storage"},
    )
    storage.detach()


@contextmanager
def _watched(page: Page) -> Iterator[Page]:
    """No script of the page may fail."""
    faults: list[str] = []

    def note(error: Error) -> None:
        faults.append(str(error))

    page.on("pageerror", note)
    yield page
    page.remove_listener("pageerror", note)
    assert not faults


@pytest.fixture(autouse=True)
def clean_terminal(app: App) -> Iterator[None]:
    """Whatever a test does, nothing unexpected stands in the operator's terminal after it."""
    before = len(app.printed())
    yield
    assert_clean(app.printed()[before:])


def assert_clean(printed: str) -> None:
    assert "Traceback" not in printed, printed
    assert KEY not in printed
