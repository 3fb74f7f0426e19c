"""Made-up replies for the metrics page: any number of them, spread over some days, in any database.

Written by the table, not through the store: a million turns would take it an hour.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert

from chat.conversations import Conversation, Outcome, ReplyRecord, UserMessage, new_id
from chat.errors import Failure
from chat.events import Usage
from chat.measures import Measures, PaintFigures, UpstreamSays
from chat.metrics import Timings
from chat.stores.database import connect, parse_url
from chat.stores.rows import conversation_row, message_row, painted_row, reply_row, said_row
from chat.stores.schema import conversations, messages, replies

BATCH = 5000
TURNS = 50
"""Of one conversation."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A made-up model: how often it is asked, and what is usual for it."""

    name: str
    weight: int
    ttft_s: float
    tok_s: float
    cost_usd: float
    providers: tuple[str, ...]
    thinks: bool = False


MODELS = (
    MadeUp("openai/gpt-4o-mini", 30, 0.45, 95, 0.0003, ("OpenAI", "Azure")),
    MadeUp("anthropic/claude-sonnet-4", 22, 0.95, 62, 0.006, ("Anthropic", "Amazon Bedrock")),
    MadeUp("google/gemini-2.5-flash", 18, 0.38, 160, 0.0008, ("Google AI Studio", "Google")),
    MadeUp("meta-llama/llama-3.3-70b-instruct", 14, 0.30, 210, 0.0002, ("Groq", "Together")),
    MadeUp("deepseek/deepseek-r1", 10, 2.4, 34, 0.0021, ("DeepSeek", "Fireworks"), thinks=True),
    MadeUp("mistralai/mistral-small", 6, 0.52, 88, 0.0001, ("Mistral",)),
)
_ENDS: dict[Outcome, int] = {"completed": 92, "stopped": 3, "failed": 3, "truncated": 2}
_FAILURES = ("rate_limited", "model_unavailable", "timed_out", "connection_lost")


def fill(url: str, owner: str, count: int, until: datetime, days: int = 30) -> None:
    """Writes replies of one owner into a database that the app has opened before.

    Args:
        url: Of the database.
        owner: Whose they are.
        count: How many.
        until: The newest one began before then.
        days: So many days before it the oldest one began.
    """
    chance = random.Random(8)  # noqa: S311 - made-up figures
    engine = connect(parse_url(url), busy_timeout_s=60)
    try:
        _write(engine, owner, _moments(chance, count, until, days), chance)
    finally:
        engine.dispose()


def _moments(chance: random.Random, count: int, until: datetime, days: int) -> Iterator[datetime]:
    """Ascending moments, more of them by day than by night."""
    length_s = days * 86_400
    for n in range(count):
        share = (n + chance.random()) / count
        at = until - timedelta(seconds=length_s * (1 - share))
        by_day = 1 + math.sin((at.hour - 8) / 24 * 2 * math.pi)
        shift_s = 0 if chance.random() < by_day / 1.4 else chance.uniform(-6, 6) * 3600
        yield max(until - timedelta(seconds=length_s), min(at + timedelta(seconds=shift_s), until))


def _write(engine: Engine, owner: str, moments: Iterator[datetime], chance: random.Random) -> None:
    held: Conversation | None = None
    rows: dict[str, list[dict[str, object]]] = {"c": [], "m": [], "r": []}
    for n, at in enumerate(moments):
        if held is None or n % TURNS == 0:
            held = Conversation(new_id(), owner, "Made up", at)
            rows["c"].append(conversation_row(held, at))
        user = UserMessage(new_id(), None, "", at)
        rows["m"].append(message_row(user, held.id))
        reply = _reply(chance, owner, held.id, user.id, at)
        rows["r"].append(reply_row(reply, at) | painted_row(reply.painted) | said_row(reply.said))
        if len(rows["r"]) == BATCH:
            _flush(engine, rows)
    _flush(engine, rows)


def _flush(engine: Engine, rows: dict[str, list[dict[str, object]]]) -> None:
    with engine.begin() as db:
        for table, key in ((conversations, "c"), (messages, "m"), (replies, "r")):
            if rows[key]:
                db.execute(insert(table), rows[key])
            rows[key].clear()


def _reply(
    chance: random.Random, owner: str, conversation_id: str, message_id: str, at: datetime
) -> ReplyRecord:
    model = chance.choices(MODELS, [made_up.weight for made_up in MODELS])[0]
    outcome = chance.choices([*_ENDS], [*_ENDS.values()])[0]
    # Slower in the afternoon, when everybody asks; now and then very slow.
    slow = (1.35 if 13 <= at.hour < 19 else 1.0) * (6 if chance.random() < 0.02 else 1)
    reply = ReplyRecord(new_id(), owner, conversation_id, message_id, model.name, at, outcome)
    if outcome == "failed":
        failure = Failure(chance.choice(_FAILURES), "", 503)  # type: ignore[arg-type]
        return replace(reply, failure=failure, timings=Timings(total_s=chance.uniform(0.1, 9)))
    begun_s = model.ttft_s * chance.lognormvariate(0, 0.35) * slow
    tokens = int(chance.lognormvariate(5.3, 0.6)) + 2
    thought = tokens // 3 if model.thinks else 0
    gap_s = 1 / (model.tok_s * chance.lognormvariate(0, 0.2))
    stall_s = chance.uniform(1.1, 4) if chance.random() < 0.03 else 0.0
    decode_s = tokens * gap_s + stall_s
    retry_s = chance.uniform(0.5, 3) if chance.random() < 0.02 else None
    ttft_s = begun_s + thought * gap_s
    timings = Timings(
        ttft_s,
        begun_s if thought else None,
        decode_s,
        begun_s + decode_s + (retry_s or 0),
        retry_s,
    )
    cost_usd = round(model.cost_usd * tokens / 200, 8)
    return replace(
        reply,
        served_model=model.name,
        upstream_provider=chance.choice(model.providers),
        usage=Usage(chance.randrange(20, 2000), tokens, thought, cost_usd=cost_usd),
        timings=timings,
        tries=1 if retry_s is None else 2,
        text_chars=4 * (tokens - thought),
        reasoning_chars=4 * thought,
        measures=_measures(chance, begun_s, thought * gap_s if thought else None, gap_s, stall_s),
        painted=_painted(chance, ttft_s + (retry_s or 0)),
        said=UpstreamSays(0.85 * begun_s, decode_s * chance.uniform(0.93, 1), 20, tokens),
    )


def _painted(chance: random.Random, ttft_s: float) -> PaintFigures:
    return PaintFigures(
        ttft_s + chance.uniform(0.02, 0.06),
        chance.uniform(0.02, 0.05),
        chance.uniform(0.05, 0.12),
        chance.uniform(0.02, 0.2),
    )


def _measures(
    chance: random.Random, begun_s: float, thought_s: float | None, gap_s: float, stall_s: float
) -> Measures:
    """Where the time went, of an answer with so long a gap between two chunks as a rule."""
    connect_s = min(begun_s / 2, chance.uniform(0.03, 0.12))
    return Measures(
        connect_s,
        begun_s - connect_s,
        begun_s,
        int(begun_s),
        thought_s,
        gap_s,
        2.5 * gap_s,
        5 * gap_s,
        max(stall_s, gap_s * chance.uniform(6, 12)),
        int(stall_s > 0),
        stall_s,
    )
