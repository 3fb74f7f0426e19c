"""Makes the pictures in `docs/` from the running app: `make screenshots`.

Their sizes are always the same; their words are the embedded model's or the simulator's.
"""

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from bench.browser import find_browser
from bench.processes import KEY, ROOT, app, simulator

DOCS = ROOT / "docs"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
MODEL = "acme/sim-think-40-rate-200-len-60"
COMPARED = (
    "demo/sim-rate-40-len-60-ttft-350",
    "demo/sim-rate-120-len-90-ttft-120",
    "demo/sim-rate-300-len-120-ttft-220",
)
QUESTIONS = ("How fast is this one?", "And once more?", "Always so?")
LONG_PROMPT = 3
COLOURS = 256
# Of the ways to choose colours the one that keeps the rare ones: a chart has few pixels of each.
CHOICE = Image.Quantize.MAXCOVERAGE
_WAIT_MS = 120_000


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
                _answer_often(page)
                page.get_by_role("link", name="Metrics").click()
                expect(page.get_by_role("heading", name="Throughput")).to_be_visible()
                page.wait_for_function("document.querySelectorAll('canvas').length > 1")
                _save(page, "metrics")
            with _page(browser, address, DESKTOP, "dark") as page:
                _paste_key(page)
                _ask(page, "How do I read tokens while they arrive?")
                _save(page, "chat-dark")
        browser.close()
    return 0


def _asking(origin: str) -> Mapping[str, str]:
    """Settings with which the simulator is asked in OpenRouter's place."""
    return {
        "OPENROUTER_BASE_URL": f"{origin}/api/v1",
        "DEFAULT_MODEL": MODEL,
        "LOCAL_MODELS": "off",
    }


@contextmanager
def _page(
    browser: Browser,
    address: str,
    size: ViewportSize,
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Page]:
    """A visitor's first page: own cookies, own session."""
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
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


def _choose(page: Page, model: str) -> None:
    """Types a model's id into the picker."""
    picker = page.get_by_role("combobox", name="Model")
    picker.click()
    picker.fill(model)
    picker.press("Enter")
    expect(page.locator("[data-box]")).to_have_attribute("data-chosen", model)


def _ask(page: Page, text: str) -> None:
    """Sends a message; returns when it is answered."""
    page.get_by_placeholder("Ask anything").fill(text)
    page.get_by_placeholder("Ask anything").press("Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    expect(stop).to_be_hidden(timeout=_WAIT_MS)
    expect(page.get_by_role("button", name="Regenerate")).to_be_visible()


def _answer_often(page: Page) -> None:
    """Lets each of the compared models answer a few times, so that the charts have something."""
    for model in COMPARED:
        page.locator(".st-key-new_chat button").click()
        _choose(page, model)
        for question in QUESTIONS:
            _ask(page, question)


def _save(page: Page, name: str) -> None:
    """Writes the picture of what is in view, in few colours."""
    page.mouse.move(0, 0)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    DOCS.mkdir(exist_ok=True)
    path: Path = DOCS / f"{name}.png"
    few = picture.convert("RGB").quantize(COLOURS, CHOICE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    sys.exit(main())
