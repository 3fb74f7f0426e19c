"""`POST /api/key/remember` and `/api/key/forget`: the cookie that remembers a visitor's key.

HttpOnly, so that no script reads it; SameSite=Strict, so that no other site's link sends it; Secure
where the page came over HTTPS. What stands in it is in `chat.sealing`.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chat.api.replies import is_same_origin
from chat.api.visitor import visitor_of
from chat.sealing import LIFE_S, Sealer
from chat.tickets import Tickets

KEY_COOKIE = "tickertape_key"
REMEMBER_PATH = "/api/key/remember"
FORGET_PATH = "/api/key/forget"
MAX_TICKET_BYTES = 100


def remember_routes(tickets: Callable[[], Tickets], sealer: Callable[[], Sealer]) -> list[Route]:
    """The two routes.

    Args:
        tickets: Gives the keys that wait to be remembered; asked at each request.
        sealer: Gives what encrypts them.
    """

    async def remember(request: Request) -> Response:
        visitor = visitor_of(request.headers)
        if visitor is None or not is_same_origin(request):
            return _not_ours()
        ticket = await _short_body(request)
        key = tickets().redeem(visitor, ticket) if ticket is not None else None
        if key is None:
            return PlainTextResponse("This ticket is not good any more.", 410)
        return _with_cookie(request, sealer().seal(key, visitor), LIFE_S)

    async def forget(request: Request) -> Response:
        return _with_cookie(request, "", 0) if is_same_origin(request) else _not_ours()

    return [
        Route(REMEMBER_PATH, remember, methods=["POST"]),
        Route(FORGET_PATH, forget, methods=["POST"]),
    ]


async def _short_body(request: Request) -> str | None:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_TICKET_BYTES:
            return None
    return body.decode("ascii", "replace")


def _with_cookie(request: Request, value: str, life_s: int) -> Response:
    # The browser's own word for the page's address: a proxy may have taken the HTTPS off.
    is_secure = request.headers.get("origin", "").startswith("https:")
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        KEY_COOKIE,
        value,
        max_age=life_s,
        httponly=True,
        samesite="strict",
        secure=is_secure or request.url.scheme == "https",
    )
    return response


def _not_ours() -> Response:
    return PlainTextResponse("Only this app's own pages may do that.", 403)
