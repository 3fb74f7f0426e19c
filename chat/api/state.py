"""How the server is, and what can be asked of it.

GET /api/health   for probes, without access: 503 when this process should get no visitors
GET /api/models   what can be asked, with prices and contexts
"""

import asyncio
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chat.api.backend import Backend
from chat.api.telling import in_plain_text
from chat.catalogue import Model
from chat.engine import Engine
from chat.errors import StoreError
from chat.ports import Clock

PATIENCE_S = 2.0
"""After that long the database and the engine's loop count as away."""
LAG_LIMIT_MS = 1000.0
"""A loop that is later than this serves nobody well."""
_NAP_S = 0.01
_MS = 1000.0


def state_routes(backend: Callable[[], Backend], clock: Clock = time.monotonic) -> list[Route]:
    """The routes.

    Args:
        backend: Gives the app; asked at each request.
        clock: What lags are measured with.
    """

    async def health(_request: Request) -> Response:
        app = backend()
        store, engine = app.room.store, app.room.turns.engine
        is_there, engine_ms, web_ms = await asyncio.gather(
            _answers(store.ping),
            asyncio.to_thread(engine_lag_ms, engine, clock),
            _web_lag_ms(clock),
        )
        database = "away" if not is_there else "in memory" if app.store_fault else "ok"
        lags = (engine_ms, web_ms)
        is_fit = database == "ok" and all(ms is not None and ms < LAG_LIMIT_MS for ms in lags)
        body = {
            "status": "ok" if is_fit else "unfit",
            "database": database,
            "localModels": dict(app.local_states()),
            "answersRunning": engine.running,
            "engineLagMs": engine_ms,
            "webLagMs": web_ms,
        }
        return JSONResponse(body, 200 if is_fit else 503, {"cache-control": "no-store"})

    async def models(request: Request) -> Response:
        app = backend()
        await asyncio.to_thread(app.access.owner_of, request)
        return JSONResponse({"models": [_model(model) for model in app.models()]})

    return [
        Route("/api/health", in_plain_text(health), methods=["GET"]),
        Route("/api/models", in_plain_text(models), methods=["GET"]),
    ]


def engine_lag_ms(engine: Engine, clock: Clock) -> float | None:
    """How late the engine's loop does what it is told, in ms; None where it does not. Blocks."""

    async def moment() -> float:
        return clock()

    began_s = clock()
    try:
        return _in_ms(engine.call(moment(), PATIENCE_S) - began_s)
    except (TimeoutError, RuntimeError):
        return None


async def _web_lag_ms(clock: Clock) -> float:
    """How late the web server's loop wakes whoever sleeps on it, in ms."""
    began_s = clock()
    await asyncio.sleep(_NAP_S)
    return _in_ms(max(0.0, clock() - began_s - _NAP_S))


async def _answers(ping: Callable[[], None]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.to_thread(ping)
    except (StoreError, TimeoutError):
        return False
    return True


def _model(model: Model) -> dict[str, object]:
    return {
        "id": model.id,
        "name": model.name,
        "group": model.group,
        "contextTokens": model.context_tokens,
        "promptUsdPerMillion": model.prompt_usd,
        "completionUsdPerMillion": model.completion_usd,
    }


def _in_ms(seconds: float) -> float:
    return round(seconds * _MS, 1)
