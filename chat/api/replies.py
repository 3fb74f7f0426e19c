"""`POST /api/replies/{id}/stop`: stops an answer at once, without waiting for a page's script."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chat.api.visitor import visitor_of
from chat.engine import Engine
from chat.errors import StoreError
from chat.ports import Store

STOP_PATH = "/api/replies/{reply_id}/stop"


def reply_routes(
    engine: Callable[[], Engine],
    accounts: Callable[[], Mapping[str, str]],
    store: Callable[[], Store],
) -> list[Route]:
    """The routes about single replies.

    Args:
        engine: Gives the process's engine; asked at each request.
        accounts: Gives the account of each visitor who is logged in, by the cookie's id.
        store: Gives the store by which other processes are reached.
    """

    async def stop(request: Request) -> Response:
        if not is_same_origin(request):
            return PlainTextResponse("Only this app's own pages may do that.", 403)
        visitor = visitor_of(request.headers)
        owner = accounts().get(visitor, visitor) if visitor is not None else None
        reply_id = request.path_params["reply_id"]
        if owner is not None and not engine().stop(reply_id, owner):
            # While the store is away nobody else can be asked; the page's own button says so.
            with suppress(StoreError):
                await asyncio.to_thread(store().ask_stop, owner, reply_id)
        # Unknown, foreign and already ended look alike: it is not running now.
        return Response(status_code=204)

    return [Route(STOP_PATH, stop, methods=["POST"])]


def is_same_origin(request: Request) -> bool:
    """Whether a page of this app sent the request; browsers say so themselves.

    Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header, and the Origin header for
    browsers that do not send it.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    _, _, netloc = request.headers.get("origin", "").partition("://")
    return netloc != "" and netloc == request.headers.get("host")
