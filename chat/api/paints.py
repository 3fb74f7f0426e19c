"""`POST /api/replies/{id}/paint/{view}`: a page says how far it has painted an answer.

Numbers of ours only, never a word of the answer.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chat.api.replies import is_same_origin
from chat.api.visitor import visitor_of
from chat.engine import Engine
from chat.paint import PaintBoard, Painted

PAINT_PATH = "/api/replies/{reply_id}/paint/{view}"
MOST_BYTES = 200
"""A report is two numbers; anything longer is not one."""


def paint_routes(
    engine: Callable[[], Engine],
    accounts: Callable[[], Mapping[str, str]],
    board: Callable[[], PaintBoard],
) -> list[Route]:
    """The route for pages' reports: `{"painted_s": 3.4, "is_hidden": false}`.

    `painted_s` is the elapsed time that stands on the page beside the answer's badge.

    Args:
        engine: Gives the process's engine; asked at each request.
        accounts: Gives the account of each visitor who is logged in, by the cookie's id.
        board: Gives the process's board.
    """

    async def paint(request: Request) -> Response:
        if not is_same_origin(request):
            return PlainTextResponse("Only this app's own pages may do that.", 403)
        painted_s, is_hidden = await _read(request)
        if painted_s is None:
            return PlainTextResponse("A report is two numbers.", 400)
        visitor = visitor_of(request.headers)
        owner = accounts().get(visitor, visitor) if visitor is not None else None
        reply_id, view = request.path_params["reply_id"], request.path_params["view"]
        live = engine().find(reply_id, owner) if owner is not None else None
        if live is not None:
            lag_s = max(0.0, live.age_s - painted_s)
            board().post(view, reply_id, Painted(0.0 if is_hidden else lag_s, is_hidden))
        # Unknown, foreign and already ended look alike: nobody reads it now.
        return Response(status_code=204)

    return [Route(PAINT_PATH, paint, methods=["POST"])]


async def _read(request: Request) -> tuple[float | None, bool]:
    """The report's two values; None where it is none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None, False
    return _parse(body)


def _parse(body: bytes) -> tuple[float | None, bool]:
    try:
        said: Any = json.loads(body)
        painted_s, is_hidden = float(said["painted_s"]), said["is_hidden"] is True
    except (ValueError, TypeError, KeyError):
        return None, False
    return (painted_s if math.isfinite(painted_s) else None), is_hidden
