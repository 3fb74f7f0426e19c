"""The metrics page over very many replies: how long it takes to come, and what it costs in memory.

From the click in a warm tab until the whole page stands: the chats' sidebar, tiles, charts, table.
"""

import argparse
import tempfile
import time
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
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.stores.sql import SqlStore

FIRST_VIEW_MS = 1500
FILTER_MS = 700
GROWTH_MB = 200

_IN_PAGE = """
window.metrics = (() => {
  const painted = () => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(done)))
  const stands = () =>
    document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "notRunning"
  const tile = () => document.querySelector("[data-testid=stMetricValue]")?.innerText
  const timed = async (element, settled) => {
    const began = performance.now()
    element.click()
    do { await painted() } while (!(settled() && stands()))
    return performance.now() - began
  }
  const link = name => [...document.querySelectorAll("[data-testid=stSidebarNavLink]")]
    .find(element => element.innerText.includes(name))
  const choice = name => [...document.querySelectorAll("[data-testid=stMain] label")]
    .find(element => element.innerText.trim() === name)
  return {
    leave: () => timed(link("Chat"), () => !tile()),
    view: () => timed(link("Metrics"), () => tile() &&
      document.querySelector(".st-key-download_html")),
    choose: name => {
      const before = tile()
      return timed(choice(name), () => tile() !== before)
    },
  }
})()
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many replies there are, and where."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="replies (%(default)s)")
    parser.add_argument(
        "--database", default="", help="an empty one, by its URL; a SQLite file if left out"
    )


def measure(options: argparse.Namespace) -> Report:
    """Makes the replies of 30 days, and looks at them `runs` times."""
    owner = new_visitor_id()
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
            before = memory_bytes(process.pid) or 0
            views, filters = _look(page, options.runs)
            growth_mb = ((most_memory_bytes(process.pid) or before) - before) / 1e6
    return Report(
        f"The metrics page with {options.rows:,} replies of 30 days",
        (
            Figure("first view of the process", (views[0],), target=FIRST_VIEW_MS),
            Figure("later views", tuple(views[1:]) or (views[0],), target=FIRST_VIEW_MS),
            Figure("a filter is changed", tuple(filters), target=FILTER_MS),
            Figure("memory: most of the views − before", (growth_mb,), "MB", GROWTH_MB),
            Figure("packed once, in the background", (packed_s,), "s"),
        ),
        f"Median of the filters by kind: {_by_kind(filters)}.",
    )


def _prepare(url: str, owner: str, rows: int) -> float:
    """Fills the database; gives how long the packing took, in seconds."""
    SqlStore.open(url).close()
    fill(url, owner, rows, datetime.now(UTC))
    store = SqlStore.open(url)
    began_s = time.monotonic()
    store.figures.pack(for_everybody=False)
    store.close()
    return time.monotonic() - began_s


def _look(page: Page, runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each view, and of each change of the filter: a day, a week, a month."""
    page.evaluate(_IN_PAGE)
    views: list[float] = []
    filters: list[float] = []
    for _ in range(runs + 1):
        views.append(page.evaluate("metrics.view()"))
        filters += [page.evaluate(f"metrics.choose('{name}')") for name in ("24h", "7d", "30d")]
        page.evaluate("metrics.leave()")
    return views, filters


def _by_kind(filters: list[float]) -> str:
    names = ("a day", "a week", "a month")
    return ", ".join(f"{name} {median(filters[n::3]):.0f} ms" for n, name in enumerate(names))
