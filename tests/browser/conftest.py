"""One server, one simulator and one Chromium for all browser tests; a fresh visitor for each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

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

from chat.api.remember import KEY_COOKIE

from .driver import KEY, greeting, open_chat
from .processes import App, Upstream, find_chromium, start_app, start_simulator, stop

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
PATIENCE_MS = 30_000
"""Three browsers and servers may share a core: only what fails takes so long."""
WIDE: ViewportSize = {"width": 1280, "height": 800}

Arrive = Callable[[], BrowserContext]
Serve = Callable[[Path], App]


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """The simulator that stands in OpenRouter's place."""
    process, base_url = start_simulator()
    yield Upstream(base_url)
    stop(process)


@pytest.fixture(scope="session")
def app(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The server; after all tests its terminal is read once more, for what its end has printed."""
    folder = tmp_path_factory.mktemp("app")
    app = start_app(folder, upstream.base_url, has_local_model=True)
    yield app
    stop(app.process)
    assert_clean(app.printed())


# Not for the whole session: Playwright's event loop would stand in the way of asynchronous tests.
@pytest.fixture(scope="package")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arrive]:
    """Opens a new browser profile, kept on disk: only those keep compiled code, a second a page."""
    with sync_playwright() as playwright:

        def open_profile() -> BrowserContext:
            context = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"),
                executable_path=find_chromium(),
                args=FLAGS,
                viewport=WIDE,
            )
            context.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            return context

        yield open_profile


@pytest.fixture
def arrive(launch: Arrive) -> Iterator[Arrive]:
    """Opens a browser of a test's own: it is gone when the test is over, however it ends."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(launch()))


@pytest.fixture
def spare(profile: BrowserContext) -> Iterator[Page]:
    """A tab of a test's own, for a server of its own."""
    with closing(profile.new_page()) as page:
        yield page


@pytest.fixture
def serve(upstream: Upstream) -> Iterator[Serve]:
    """Starts a server of a test's own, which may kill it; those that still run are stopped."""
    with ExitStack() as started:

        def start(folder: Path) -> App:
            app = start_app(folder, upstream.base_url)
            started.callback(stop, app.process)
            return app

        yield start


@pytest.fixture(scope="package")
def profile(launch: Arrive) -> Iterator[BrowserContext]:
    """The profile of most tests; their visitors are told apart by cookies."""
    with closing(launch()) as context:
        yield context


@pytest.fixture(scope="package")
def tab(profile: BrowserContext) -> Page:
    """One tab for most tests: a new one costs a browser process, and the page's code once more."""
    return profile.new_page()


@pytest.fixture
def first_visit(tab: Page, app: App) -> Iterator[Page]:
    """The chat page, as a visitor sees it who was never here before."""
    _tidy(tab, app)
    tab.context.clear_cookies()
    with _watched(tab):
        open_chat(tab, app.url)
        yield tab


@pytest.fixture
def page(tab: Page, app: App) -> Iterator[Page]:
    """A new chat of a visitor who may have been here before."""
    _tidy(tab, app)
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


def _tidy(page: Page, app: App) -> None:
    """Takes away what an earlier test, or an earlier try, has left in the browser.

    Streamlit remembers there whether the sidebar was folded.
    """
    # The first is the empty one that a browser begins with, and lives by.
    for left in page.context.pages[1:]:
        if left != page:
            left.close()
    page.context.clear_cookies(name=KEY_COOKIE)
    page.unroute_all()
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="null", reduced_motion="null")
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
