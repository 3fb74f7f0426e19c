"""The choice among many models: open the list, search it, choose, filter; in a warm page."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.browser import Page, open_page
from bench.chat_page import ChatPage
from bench.processes import app
from bench.report import Figure, Report
from chat.model_lists import save_copy

MODELS = 500
TARGET_MS = 150
WARM_UPS = 2
ADDRESS = "http://127.0.0.1:9/api/v1"
"""Nobody listens there, and nobody is asked: the list is a saved copy."""

_PRICED = {"prompt": "0.0000001", "completion": "0.0000004"}
_FREE = {"prompt": "0", "completion": "0"}

_IN_PAGE = """
window.picker = (() => {
  const root = () => [...document.querySelectorAll(".st-key-model_box *")]
    .find(element => element.shadowRoot).shadowRoot
  const painted = () => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(done)))
  const timed = async (act, settled) => {
    const began = performance.now()
    act()
    do { await painted() } while (!settled())
    return performance.now() - began
  }
  const input = () => root().querySelector("input")
  const rows = () => root().querySelectorAll("[role=option]").length
  const press = key => input().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))
  const filters = () => document.querySelector(".st-key-filters button")
  const free = () => document.querySelector(".st-key-want_free input")
  const body = () => free()?.closest("[data-testid=stPopoverBody]")
  const fitting = () => body()?.innerText.match(/\\d+ models? fit/)?.[0]
  const sidebar = () => document.querySelector("[data-testid=stSidebar]").innerText
  return {
    open: () => timed(() => { input().focus(); input().click() }, () => rows() > 1),
    search: words => timed(() => {
      input().value = words
      input().dispatchEvent(new InputEvent("input", { bubbles: true }))
    }, () => rows() > 0),
    filter: async () => {
      if (!free()) await timed(() => filters().click(), () => fitting())
      const before = fitting()
      return timed(() => free().click(), () => ![before, undefined].includes(fitting()))
    },
    choose: id => timed(() => press("Enter"), () => sidebar().includes(id + " ·")),
  }
})()
"""


def measure(runs: int) -> Report:
    """Opens, searches, chooses and filters `runs` times, each time another model."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        save_copy(Path(folder, "models.json"), ADDRESS, _list(), datetime.now(UTC))
        settings = {
            "TICKERTAPE_CACHE": folder,
            "OPENROUTER_BASE_URL": ADDRESS,
            "MODEL_LIST_MINUTES": "0",
            "LOCAL_MODELS": "off",
        }
        with app(settings) as address, open_page() as page:
            ChatPage(page, address).open()
            page.evaluate(_IN_PAGE)
            took = [_one(page, number) for number in range(WARM_UPS + runs)]
    opened, searched, chosen, filtered = zip(*took[WARM_UPS:], strict=True)
    return Report(
        f"The model box with {MODELS} models",
        (
            Figure("opened: key → rows painted", opened, target=TARGET_MS),
            Figure("searched: last letter → rows painted", searched, target=TARGET_MS),
            Figure("chosen: Enter → page drawn anew", chosen, target=TARGET_MS),
            Figure("filtered: click → how many fit", filtered, target=TARGET_MS),
        ),
        "Each includes two frames of the screen, 33 ms at 60 a second.",
    )


def _one(page: Page, number: int) -> tuple[float, float, float, float]:
    """Milliseconds until the list is open, searched, the page drawn anew, and it is filtered."""
    model = f"acme/model-{number * 7 % MODELS:03}"
    return (
        page.evaluate("picker.open()"),
        page.evaluate(f"picker.search({json.dumps(model)})"),
        page.evaluate(f"picker.choose({json.dumps(model)})"),
        page.evaluate("picker.filter()"),
    )


def _list() -> bytes:
    """As OpenRouter's, without what the box does not show."""
    data = [
        {
            "id": f"acme/model-{number:03}",
            "name": f"Acme: Model {number} of many",
            "context_length": 131_072,
            "pricing": _FREE if number % 2 else _PRICED,
            "supported_parameters": ["temperature", "top_p", "seed", "max_tokens"],
        }
        for number in range(MODELS)
    ]
    return json.dumps({"data": data}).encode()
