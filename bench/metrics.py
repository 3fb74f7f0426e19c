"""The metrics page over very many replies: how long it takes to come, and what it costs in memory.

From the click in a warm tab: until what is in view without scrolling has been painted, which is the
tiles and the first chart, and until the script has ended: the other chart, the table, downloads.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.browser import Page, open_page
from bench.chat_page import ChatPage
from bench.metrics_data import fill
from bench.processes import free_port, run_app, wait_healthy
from bench.report import Figure, Report
from bench.start import STREAMLIT_RUN
from bench.usage import memory_bytes, most_memory_bytes
from chat.api.visitor import COOKIE_NAME
from chat.stores.sql import SqlStore

FIRST_VIEW_MS = 1500
FILTER_MS = 700
GROWTH_MB = 200
REST_S = 10.0
"""So long a visitor has the chat open first: server and page load meanwhile what charts need."""

OWNER = "e" * 22
"""The visitor, so that a database can be used again."""
Times = dict[str, float]
"""Milliseconds from a click: `seen` until what is in view was painted, `whole` until the end."""

_IN_PAGE = """
window.metrics = (() => {
  const painted = () => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(done)))
  const stands = () =>
    document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "notRunning"
  const tile = () => document.querySelector("[data-testid=stMetricValue]")?.textContent
  // What stands on the first chart, in few pixels: it may be drawn anew or told other data.
  const small = new OffscreenCanvas(48, 16).getContext("2d", {willReadFrequently: true})
  const chart = () => {
    const marks = document.querySelector("[data-testid=stVegaLiteChart] canvas.marks")
    if (!marks?.width) return ""
    small.clearRect(0, 0, 48, 16)
    small.drawImage(marks, 0, 0, 48, 16)
    const pixels = small.getImageData(0, 0, 48, 16).data
    return pixels.some(part => part) ? pixels.join() : ""
  }
  const timed = async (element, isSeen, isWhole) => {
    const began = performance.now()
    element.click()
    let seen
    do {
      await painted()
      if (seen === undefined && isSeen()) seen = performance.now() - began
    } while (seen === undefined || !(isWhole() && stands()))
    return {seen, whole: performance.now() - began}
  }
  const link = name => [...document.querySelectorAll("[data-testid=stSidebarNavLink]")]
    .find(element => element.innerText.includes(name))
  const choice = name => [...document.querySelectorAll("[data-testid=stMain] label")]
    .find(element => element.innerText.trim() === name)
  return {
    leave: () => timed(link("Chat"), () => !tile(), () => true),
    view: () => timed(link("Metrics"), () => tile() && chart(),
      () => document.querySelector(".st-key-download_html")),
    choose: name => {
      const before = [tile(), chart()]
      return timed(choice(name), () => tile() !== before[0] && chart() && chart() !== before[1],
        () => true)
    },
  }
})()
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many replies there are, and where."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="replies (%(default)s)")
    parser.add_argument(
        "--database",
        default="",
        help="an empty one, or one that an earlier run has filled, by its URL; else a SQLite file",
    )
    parser.add_argument(
        "--rest",
        type=float,
        default=REST_S,
        help="seconds on the chat page before the first view (%(default)s)",
    )


def measure(options: argparse.Namespace) -> Report:
    """Makes the replies of 30 days, and looks at them `runs` times."""
    owner = OWNER
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        url = options.database or f"sqlite:///{Path(folder, 'metrics.db')}"
        packed_s = _prepare(url, owner, options.rows)
        port = free_port()
        command = [word.replace("PORT", str(port)) for word in STREAMLIT_RUN]
        settings = {"DATABASE_URL": url, "LOCAL_MODELS": "off", "MODEL_LIST_MINUTES": "0"}
        with run_app(command, settings) as process, open_page() as page:
            wait_healthy(process, port)
            address = f"http://localhost:{port}/"
            page.call("Network.setCookie", name=COOKIE_NAME, value=owner, url=address)
            ChatPage(page, address).open()
            time.sleep(options.rest)
            before = memory_bytes(process.pid) or 0
            views, filters = _look(page, options.runs)
            growth_mb = ((most_memory_bytes(process.pid) or before) - before) / 1e6
    return Report(
        f"The metrics page with {options.rows:,} replies of 30 days",
        (
            Figure("first view of the process", _seen(views[:1]), target=FIRST_VIEW_MS),
            Figure("later views", _seen(views[1:] or views), target=FIRST_VIEW_MS),
            Figure("a filter is changed", _seen(filters), target=FILTER_MS),
            Figure("whole page, first view of the process", _whole(views[:1])),
            Figure("whole page, later views", _whole(views[1:] or views)),
            Figure("whole page, a filter is changed", _whole(filters)),
            Figure("memory: most of the views − before", (growth_mb,), "MB", GROWTH_MB),
            Figure("packed once, in the background", (packed_s,), "s"),
        ),
        f"Median of the filters by kind: {_by_kind(filters)}. "
        f"The chat page had been open for {options.rest:.0f} s before the first view.",
    )


def _prepare(url: str, owner: str, rows: int) -> float:
    """Fills the database; gives how long the packing took, in seconds."""
    store = SqlStore.open(url)
    if not store.list_replies(owner, 1):
        fill(url, owner, rows, datetime.now(UTC))
    began_s = time.monotonic()
    store.figures.pack(for_everybody=False)
    store.close()
    return time.monotonic() - began_s


def _look(page: Page, runs: int) -> tuple[list[Times], list[Times]]:
    """Times of each view, and of each change of the filter: a day, a week, a month."""
    page.evaluate(_IN_PAGE)
    views: list[Times] = []
    filters: list[Times] = []
    for _ in range(runs + 1):
        views.append(page.evaluate("metrics.view()"))
        filters += [page.evaluate(f"metrics.choose('{name}')") for name in ("24h", "7d", "30d")]
        page.evaluate("metrics.leave()")
    return views, filters


def _seen(times: Sequence[Times]) -> tuple[float, ...]:
    return tuple(time["seen"] for time in times)


def _whole(times: Sequence[Times]) -> tuple[float, ...]:
    return tuple(time["whole"] for time in times)


def _by_kind(times: Sequence[Times]) -> str:
    names, filters = ("a day", "a week", "a month"), _seen(times)
    return ", ".join(f"{name} {median(filters[n::3]):.0f} ms" for n, name in enumerate(names))
