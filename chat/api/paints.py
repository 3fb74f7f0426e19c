"""`POST /api/replies/{id}/paint/{view}`: a page says how far it has painted an answer.

Numbers of ours only, never a word of the answer. By them the server paces its frames, and they
become the painted figures of the reply.
"""

import asyncio
import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chat.api.replies import is_same_origin
from chat.api.visitor import visitor_of
from chat.engine import Engine
from chat.errors import StoreError
from chat.measured import Measured
from chat.paint import PaintBoard, Painted
from chat.painted import PaintBook, Seen

PAINT_PATH = "/api/replies/{reply_id}/paint/{view}"
MOST_BYTES = 200
"""A report is a few numbers; anything longer is not one."""


@dataclass(frozen=True, slots=True)
class _Report:
    """What a page says, once it is known to be a report."""

    painted_s: float
    is_hidden: bool
    first_ago_s: float | None
    freeze_s: float | None
    is_last: bool


def paint_routes(
    engine: Callable[[], Engine],
    accounts: Callable[[], Mapping[str, str]],
    board: Callable[[], PaintBoard],
    book: Callable[[], PaintBook],
    measured: Callable[[], Measured],
) -> list[Route]:
    """The route for pages' reports: `{"painted_s": 3.4, "is_hidden": false}`, in seconds.

    `painted_s` is the elapsed time that stands on the page beside the answer's badge. There may
    be `first_ago_s`, how long ago the first text was painted; and in the last report, marked by
    `"is_last": true` once the end is painted, `freeze_s`, the longest time without a reaction.

    Args:
        engine: Gives the process's engine; asked at each request.
        accounts: Gives the account of each visitor who is logged in, by the cookie's id.
        board: Gives the process's board.
        book: Gives what becomes the painted figures.
        measured: Gives where those are kept.
    """

    async def paint(request: Request) -> Response:
        if not is_same_origin(request):
            return PlainTextResponse("Only this app's own pages may do that.", 403)
        report = await _read(request)
        if report is None:
            return PlainTextResponse("A report is a few numbers.", 400)
        visitor = visitor_of(request.headers)
        owner = accounts().get(visitor, visitor) if visitor is not None else None
        reply_id, view = request.path_params["reply_id"], request.path_params["view"]
        live = engine().find(reply_id, owner) if owner is not None else None
        if live is not None:
            lag_s = 0.0 if report.is_hidden else max(0.0, live.age_s - report.painted_s)
            board().post(view, reply_id, Painted(lag_s, report.is_hidden))
        if owner is not None:
            await keep(owner, reply_id, report)
        # Unknown, foreign and already ended look alike: nobody reads it now.
        return Response(status_code=204)

    async def keep(owner: str, reply_id: str, report: _Report) -> None:
        # A report of the first text comes when that does: its elapsed time may stand for a while.
        is_fresh = not report.is_hidden and not report.is_last and report.first_ago_s is None
        painted_s = report.painted_s if is_fresh else None
        book().note(owner, reply_id, Seen(painted_s, report.first_ago_s, report.freeze_s))
        painted = book().end(owner, reply_id) if report.is_last else None
        if painted is not None:
            # A figure is not worth an error: where it cannot be kept it stays unknown.
            with suppress(StoreError):
                await asyncio.to_thread(measured().save_painted, owner, reply_id, painted)

    return [Route(PAINT_PATH, paint, methods=["POST"])]


async def _read(request: Request) -> _Report | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    try:
        said: Any = json.loads(body)
        return _Report(
            _seconds(said["painted_s"]),
            said["is_hidden"] is True,
            _seconds(said["first_ago_s"]) if "first_ago_s" in said else None,
            _seconds(said["freeze_s"]) if "freeze_s" in said else None,
            said.get("is_last") is True,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _seconds(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("expected seconds")
    return max(0.0, number)
