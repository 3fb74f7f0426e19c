"""Makes the pictures in `docs/` from the running app: `make screenshots`.

Their sizes are always the same; their words are the embedded model's or the simulator's.
"""

import io
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from bench.browser import find_browser
from bench.metrics_data import fill
from bench.processes import KEY, ROOT, app, simulator
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.stores.sql import SqlStore

Scheme = Literal["light", "dark"]
DOCS = ROOT / "docs"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
MODEL = "acme/sim-think-40-rate-200-len-60"
TALL: ViewportSize = {"width": 1280, "height": 1600}
TALL_PHONE: ViewportSize = {"width": 390, "height": 1600}
METRICS: dict[str, tuple[ViewportSize, Scheme]] = {
    "metrics": (TALL, "light"),
    "metrics-dark": (TALL, "dark"),
    "metrics-phone": (TALL_PHONE, "light"),
    "metrics-phone-dark": (TALL_PHONE, "dark"),
}
FLIGHT_MODEL = "acme/sim-think-60-ttft-400-rate-60-len-140-style-prose-pause-1800-at-130"
FLIGHTS: dict[str, tuple[ViewportSize, Scheme]] = {
    "flight": (TALL, "light"),
    "flight-dark": (TALL, "dark"),
    "flight-phone": (TALL_PHONE, "light"),
    "flight-phone-dark": (TALL_PHONE, "dark"),
}
ANSWERS = 8000
DAYS = 60
"""Of made-up answers: the 30 that are shown, and as many before to compare them with."""
LONG_PROMPT = 3
COLOURS = 256
# Of the ways to choose colours the one that keeps the rare ones: a chart has few pixels of each.
CHOICE = Image.Quantize.MAXCOVERAGE
_WAIT_MS = 120_000
LOOK_MS = 1000
TRIES = 20


def main() -> int:
    """Writes every picture and prints its size."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        with app({}) as address:
            with _page(browser, address, DESKTOP) as page:
                _ask_embedded_model(page)
                _save(page, "chat-local")
            with _page(browser, address, PHONE) as page:
                _ask_embedded_model(page)
                _save(page, "phone")
        with simulator() as origin, app(_asking(origin)) as address:
            with _page(browser, address, DESKTOP) as page:
                _paste_key(page)
                _ask(page, "How do I read tokens while they arrive?")
                _save(page, "chat-openrouter")
            with _page(browser, address, DESKTOP, "dark") as page:
                _paste_key(page)
                _ask(page, "How do I read tokens while they arrive?")
                _save(page, "chat-dark")
        draw_metrics(browser)
        draw_flights(browser)
        browser.close()
    return 0


def draw_metrics(browser: Browser) -> None:
    """Writes the pictures of the metrics page."""
    visitor = new_visitor_id()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        url = f"sqlite:///{Path(folder, 'metrics.db')}"
        SqlStore.open(url).close()
        fill(url, visitor, ANSWERS, datetime.now(UTC), DAYS)
        with app({"DATABASE_URL": url, "LOCAL_MODELS": "off"}) as address:
            for name, (size, scheme) in METRICS.items():
                with _page(browser, address, size, scheme, visitor) as page:
                    page.goto(f"{address}metrics")
                    report = page.get_by_role("button", name="Download report")
                    expect(report).to_be_visible(timeout=_WAIT_MS)
                    expect(page.locator("[data-testid=stVegaLiteChart] .marks")).to_have_count(2)
                    _save(page, name, has_few_colours=False)


def draw_flights(browser: Browser) -> None:
    """Writes the pictures of the flight recorder, of one answer that thinks, stalls and goes on."""
    visitor = new_visitor_id()
    with simulator() as origin, app(_asking(origin, FLIGHT_MODEL)) as address:
        with _page(browser, address, DESKTOP, visitor=visitor) as page:
            _paste_key(page)
            _ask(page, "How do I read tokens while they arrive?")
            page.get_by_role("button", name="Flight recorder").click()
            expect(page.get_by_role("heading", name="Replay")).to_be_visible()
            flight = page.url
        for name, (size, scheme) in FLIGHTS.items():
            with _page(browser, address, size, scheme, visitor) as page:
                _open_flight(page, flight)
                _save(page, name)


def _open_flight(page: Page, address: str) -> None:
    """Opens a flight recorder; returns when the provider's own figures, too, have come."""
    for _ in range(TRIES):
        page.goto(address)
        expect(page.get_by_role("slider")).to_be_visible()
        expect(page.locator("[data-testid=stVegaLiteChart] svg.marks")).to_have_count(2)
        if not page.get_by_text("The provider says: TTFT n/a").is_visible():
            return
        page.wait_for_timeout(LOOK_MS)


def _asking(origin: str, model: str = MODEL) -> Mapping[str, str]:
    """Settings with which the simulator is asked in OpenRouter's place."""
    return {
        "OPENROUTER_BASE_URL": f"{origin}/api/v1",
        "DEFAULT_MODEL": model,
        "LOCAL_MODELS": "off",
    }


@contextmanager
def _page(
    browser: Browser,
    address: str,
    size: ViewportSize,
    scheme: Scheme = "light",
    visitor: str = "",
) -> Iterator[Page]:
    """A visitor's first page: own cookies, own session; or that of a visitor who is known."""
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    if visitor:
        context.add_cookies([{"name": COOKIE_NAME, "value": visitor, "url": address}])
    page = context.new_page()
    page.set_default_timeout(_WAIT_MS)
    page.goto(address)
    expect(page.get_by_placeholder("Ask anything")).to_be_enabled(timeout=_WAIT_MS)
    yield page
    context.close()


def _ask_embedded_model(page: Page) -> None:
    """Chooses an example prompt whose answer is long; returns in the middle of the answer."""
    page.locator(f".st-key-prompt_{LONG_PROMPT} button").click()
    page.wait_for_function("document.querySelector('.st-key-transcript').innerText.length > 380")


def _paste_key(page: Page) -> None:
    field = page.get_by_label("OpenRouter API key", exact=True)
    field.fill(KEY)
    field.press("Enter")
    expect(page.get_by_text("Needs an OpenRouter key.")).to_be_hidden()


def _ask(page: Page, text: str) -> None:
    """Sends a message; returns when it is answered."""
    page.get_by_placeholder("Ask anything").fill(text)
    page.get_by_placeholder("Ask anything").press("Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    expect(stop).to_be_hidden(timeout=_WAIT_MS)
    expect(page.get_by_role("button", name="Regenerate")).to_be_visible()


def _save(page: Page, name: str, *, has_few_colours: bool = True) -> None:
    """Writes the picture of what is in view, in few colours unless it needs many."""
    page.mouse.move(0, 0)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    DOCS.mkdir(exist_ok=True)
    path: Path = DOCS / f"{name}.png"
    drawn = picture.convert("RGB")
    if has_few_colours:
        drawn = drawn.quantize(COLOURS, CHOICE, dither=Image.Dither.NONE)
    drawn.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    sys.exit(main())
