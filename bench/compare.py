"""Compare: four lanes at once, from emission to paint, and each one's TTFT beside running alone.

Times to first token are the app's own, as it stores them; the paint is seen in one Chromium.
"""

import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.browser import Page, open_page
from bench.chat_page import ChatPage
from bench.painted import Delays, delays
from bench.processes import KEY, app, simulator, wait_until
from bench.report import Figure, Report
from bench.upstream import Upstream
from chat.simulator.grammar import read_scenario
from chat.simulator.prose import write

LETTERS = "ABCD"
TOKENS = 600
RATE_TOK_S = 100
MODELS = tuple(
    f"bench/sim-rate-{RATE_TOK_S}-len-{TOKENS}-style-prose-seed-{seed}" for seed in (1, 2, 3, 4)
)
PAINT_TARGET_MS = 250
TTFT_TARGET_MS = 30
QUESTION = "Say something."
ANSWER_S = TOKENS / RATE_TOK_S + 30
QUIET_S = 1.0
_CHOSEN = "document.querySelectorAll('[class*=\"st-key-remove_\"]').length"
_COMPOSER = "document.querySelector('[data-testid=stChatInputTextArea]')"
HAS_LANES = f"{_CHOSEN} === {len(LETTERS)} && {_COMPOSER} && !{_COMPOSER}.disabled"


@dataclass(slots=True)
class Bench:
    """What is measured: the app, its database, the upstream and the tab.

    Attributes:
        seen: Requests at the upstream that are known already.
    """

    address: str
    database: Path
    upstream: Upstream
    page: Page
    seen: set[str] = field(default_factory=set)
    _passed: int = 0

    def sent(self, model: str) -> tuple[float, ...]:
        """When each token of the model's newest answer was sent, once the last one was."""
        wait_until(lambda: self.upstream.find(model) not in {None, *self.seen}, 10, "a request")
        generation = self.upstream.find(model) or ""
        self.seen.add(generation)
        return self.upstream.wait_end(generation, ANSWER_S, 0.2).token_at_ms

    def ttft_ms(self, count: int) -> dict[str, float]:
        """The newest answers' times to first token by model, once so many are saved."""
        wait_until(lambda: len(self._saved()) >= count, 10, "the answers' figures")
        return {model: ttft_s * 1000 for model, ttft_s in self._saved()}

    def forget(self) -> None:
        """Passes over the answers that are saved by now."""
        self._passed = len(self._rows())

    def _saved(self) -> list[tuple[str, float]]:
        return self._rows()[self._passed :]

    def _rows(self) -> list[tuple[str, float]]:
        query = "SELECT model, ttft_s FROM replies WHERE outcome = 'completed' ORDER BY number"
        with closing(sqlite3.connect(self.database)) as db:
            return db.execute(query).fetchall()


def measure(runs: int) -> Report:
    """Asks each model alone, then all at once, `runs` times, after one round that does not count.

    Raises:
        RuntimeError: a lane did not show all of its answer.
    """
    with simulator() as origin, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        database = Path(folder, "compare.db")
        settings = {
            **Upstream(origin).settings,
            "OPENROUTER_API_KEY": KEY,
            "LOCAL_MODELS": "off",
            "DATABASE_URL": f"sqlite:///{database}",
        }
        with app(settings) as address, open_page() as page:
            ChatPage(page, address).open()  # the server answers before its database is there
            bench = Bench(address, database, Upstream(origin), page)
            rounds = [(_alone(bench), *_together(bench)) for _ in range(1 + runs)][1:]
    alone = {model: median(one[model] for one, _, _ in rounds) for model in MODELS}
    worse = [max(raced[model] - alone[model] for model in MODELS) for _, raced, _ in rounds]
    painted = [one for _, _, lanes in rounds for one in lanes]
    return Report(
        f"Compare: {len(LETTERS)} lanes at {RATE_TOK_S} tok/s",
        (
            Figure("emission → paint, p95 of a lane", _p95s(painted), target=PAINT_TARGET_MS),
            Figure("emission → paint, median of a lane", tuple(one.median_ms for one in painted)),
            Figure(
                "TTFT of the slowest lane beyond its own alone",
                tuple(worse),
                target=TTFT_TARGET_MS,
            ),
            Figure("TTFT alone", tuple(one[model] for one, _, _ in rounds for model in MODELS)),
            Figure(
                "TTFT in the race", tuple(one[model] for _, one, _ in rounds for model in MODELS)
            ),
        ),
        "Alone: the median of the same model's answers on the chat page, one after another. "
        "A lane's TTFT is the app's own figure, request sent → first text.",
    )


def _p95s(painted: list[Delays]) -> tuple[float, ...]:
    return tuple(one.p95_ms for one in painted)


def _alone(bench: Bench) -> dict[str, float]:
    """Each model's time to first token when nobody else answers, in milliseconds."""
    bench.forget()
    for model in MODELS:
        chat = ChatPage(bench.page, f"{bench.address}?model={model}")
        chat.open()
        chat.ask(QUESTION)
        bench.sent(model)
        chat.wait_answered()
    return bench.ttft_ms(len(MODELS))


def _together(bench: Bench) -> tuple[dict[str, float], list[Delays]]:
    """The same in a race, and how far the page was behind each lane."""
    bench.forget()
    page = bench.page
    race = ChatPage(page, f"{bench.address}compare?models={','.join(MODELS)}", HAS_LANES)
    race.open()
    for letter in LETTERS:
        page.evaluate(f"void bench.follow(1, '{letter}')")
    race.ask(QUESTION)
    emitted = [bench.sent(model) for model in MODELS]
    time.sleep(QUIET_S)  # the last tokens are on their way to the screen; nothing tells their end
    found = [
        _seen(page, letter, model, sent)
        for letter, model, sent in zip(LETTERS, MODELS, emitted, strict=True)
    ]
    return bench.ttft_ms(len(MODELS)), found


def _seen(page: Page, letter: str, model: str, sent: tuple[float, ...]) -> Delays:
    scenario = read_scenario(model)
    tokens = write(scenario.style, scenario.seed, scenario.length_tokens or 0)
    follower = f"bench.followers['{letter}']"
    ahead_ms = page.pages_clock_ahead_ms
    trail = [(letters, at_ms - ahead_ms) for letters, at_ms in page.evaluate(f"{follower}.trail")]
    found = delays(tokens, sent, page.evaluate(f"{follower}.text()"), trail)
    if not found.is_complete:
        raise RuntimeError(f"lane {letter} did not show all of its answer")
    return found
