"""Streaming: word emitted at the upstream → painted in Chromium, beside two baselines.

Scenario by scenario on a raw SSE page, a plain `st.write_stream` app and this app, each in a
process of its own; one browser looks at all of them.
"""

import argparse
import contextlib
import sys
import time
from dataclasses import dataclass

from bench.browser import Page, open_page
from bench.chat_page import HAS_COMPOSER, IS_USABLE, ChatPage
from bench.painted import delays
from bench.processes import KEY, ROOT, free_port, run_app, simulator, wait_healthy
from bench.report import Report
from bench.stream_table import Streamed, as_report
from bench.upstream import Upstream
from bench.usage import cpu_s
from bench.wire import Wire, counted
from chat.simulator.grammar import read_scenario
from chat.simulator.prose import write

AUTHOR = "bench"
SCENARIOS = {
    "50x500": "rate-50-len-500",
    "100x2000": "rate-100-len-2000",
    "300x3000": "rate-300-len-3000",
    "100x8000": "rate-100-len-8000",
    "burst": "burst-len-2000",
    "fence": "rate-100-style-fence-len-8014",
    "table": "rate-100-style-table-len-3518",
    "cjk": "rate-100-style-wall-len-10000",
}
"""What each scenario asks for; the text is mixed Markdown where no style is named."""
WARM_UP = "bench/sim-rate-200-len-240"
MAX_TOKENS = 50_000
AHEAD_S = 5.0
"""Longer than a calm page waits before it loads ahead, or between two parts."""
QUIET_LOOKS = 3
LOOK_S = 1.0
MOST_LOOKS = 120
PATIENCE = 2
"""An answer may take so many times what it should."""


@dataclass(frozen=True, slots=True)
class System:
    """A page that shows an answer.

    Attributes:
        command: Starts it; `PORT` stands for its port.
        usable: JavaScript that is true once a message can be typed.
        skipped: Markdown elements of the message that stand before its text.
        has_chats: Whether a new chat has to be begun for each answer.
        in_project: Whether it runs with the project's settings of Streamlit.
    """

    name: str
    command: tuple[str, ...]
    usable: str = HAS_COMPOSER
    skipped: int = 0
    has_chats: bool = False
    in_project: bool = True


_STREAMLIT = (sys.executable, "-m", "streamlit", "run", "--server.port=PORT")
SYSTEMS = (
    System("raw", (sys.executable, "-m", "bench.raw_page", "PORT")),
    System(
        "plain",
        (*_STREAMLIT, "--server.headless=true", str(ROOT / "bench/plain_app.py")),
        in_project=False,
    ),
    System("app", (*_STREAMLIT, "streamlit_app.py"), IS_USABLE, 1, has_chats=True),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A system that runs, and the tab that shows it."""

    system: System
    upstream: Upstream
    page: Page
    chat: ChatPage
    wire: Wire
    pid: int


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which scenarios, and on what."""
    names = [system.name for system in SYSTEMS]
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, metavar="SCENARIO")
    parser.add_argument("--systems", nargs="+", choices=names, default=names)
    parser.add_argument(
        "--slower", type=float, default=1, metavar="TIMES", help="browser, as DevTools slow it"
    )


def measure(options: argparse.Namespace) -> Report:
    """Streams every chosen scenario `runs` times on every chosen system."""
    scenarios: list[str] = options.only or list(SCENARIOS)
    found: list[Streamed] = []
    with simulator() as origin:
        upstream = Upstream(origin)
        for system in SYSTEMS:
            if system.name in options.systems:
                found += _measure_system(system, upstream, scenarios, options)
    return as_report(found, options.slower)


def _measure_system(
    system: System, upstream: Upstream, scenarios: list[str], options: argparse.Namespace
) -> list[Streamed]:
    port = free_port()
    command = [word.replace("PORT", str(port)) for word in system.command]
    settings = {
        **upstream.settings,
        "OPENROUTER_API_KEY": KEY,
        "DEFAULT_MODEL": f"{AUTHOR}/sim-as-asked",
        "DEFAULT_MAX_TOKENS": str(MAX_TOKENS),
        "LOCAL_MODELS": "off",
        "PYTHONPATH": str(ROOT),
    }
    with (
        run_app(command, settings, in_project=system.in_project) as process,
        counted(port) as wire,
        open_page() as page,
    ):
        wait_healthy(process, port)
        page.call("Performance.enable")
        page.call("Emulation.setCPUThrottlingRate", rate=options.slower)
        chat = ChatPage(page, f"http://localhost:{wire.port}/", system.usable)
        shown = Shown(system, upstream, page, chat, wire, process.pid)
        if system.has_chats:
            _load_ahead(page, chat)
        return [_one(shown, scenario) for scenario in scenarios for _ in range(options.runs)]


def _load_ahead(page: Page, chat: ChatPage) -> None:
    """Has the browser load, once, what the app's other pages need: it is no part of an answer."""
    chat.open()
    loaded = "performance.getEntriesByType('resource').length"
    seen = [-1, page.evaluate(loaded)]
    while seen[-1] != seen[-2]:
        time.sleep(AHEAD_S)
        seen.append(page.evaluate(loaded))


def _one(shown: Shown, name: str) -> Streamed:
    """One answer in a page that was loaded anew and has shown one before."""
    system, upstream, page, chat = shown.system, shown.upstream, shown.page, shown.chat
    model = f"{AUTHOR}/sim-{SCENARIOS[name]}"
    scenario = read_scenario(model)
    tokens = write(scenario.style, scenario.seed, scenario.length_tokens or 0)
    chat.open()
    _ask(upstream, chat, WARM_UP)
    _wait_quiet(page, "bench.bytes")
    if system.has_chats:
        chat.begin_anew()
    page.compare_clocks()
    page.evaluate(f"void bench.follow({system.skipped})")
    shown.wire.received_bytes, unpacked_before = 0, page.evaluate("bench.bytes")
    cpu_before_s, (worked_s, at_s) = cpu_s(shown.pid), page.task_s()
    emitted_at_ms = _ask(upstream, chat, model)
    worked_later_s, later_s = page.task_s()
    _wait_quiet(page, "bench.followers[''].trail.length")
    cpu_after_s = cpu_s(shown.pid)
    trail = [
        (letters, at_ms - page.pages_clock_ahead_ms)
        for letters, at_ms in page.evaluate("bench.followers[''].trail")
    ]
    has_cpu = cpu_before_s is not None and cpu_after_s is not None
    return Streamed(
        name,
        system.name,
        delays(tokens, emitted_at_ms, page.evaluate("bench.followers[''].text()"), trail),
        tokens=len(tokens),
        answer_bytes=len("".join(tokens).encode()),
        page_bytes=shown.wire.received_bytes,
        unpacked_bytes=page.evaluate("bench.bytes") - unpacked_before,
        frames=len(trail),
        cpu_s=(cpu_after_s or 0) - (cpu_before_s or 0) if has_cpu else None,
        busy=(worked_later_s - worked_s) / (later_s - at_s),
    )


def _ask(upstream: Upstream, chat: ChatPage, model: str) -> tuple[float, ...]:
    """Asks the simulator to be that model; when each token was sent, once the last one was."""
    scenario = read_scenario(model)
    chat.ask(model)
    generation = upstream.wait_request()
    planned_s = (scenario.length_tokens or 0) / scenario.rate_tok_s
    return upstream.wait_end(generation, PATIENCE * planned_s + 20, LOOK_S / 4).token_at_ms


def _wait_quiet(page: Page, count: str) -> None:
    """Returns once a number of the page has stood still for some looks; a busy page has time."""
    seen: list[float] = []
    for _ in range(MOST_LOOKS):
        time.sleep(LOOK_S)
        with contextlib.suppress(TimeoutError):
            seen.append(page.evaluate(count))
        if len(seen) >= QUIET_LOOKS and len(set(seen[-QUIET_LOOKS:])) == 1:
            return
