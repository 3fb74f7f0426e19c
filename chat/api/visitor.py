"""Who a visitor is: a random id in a cookie, set by middleware before the first page is drawn."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.conversations import new_id

COOKIE_NAME = "tickertape_visitor"
YEAR_S = 365 * 24 * 3600

_VISITOR_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def new_visitor_id() -> str:
    """An unguessable id, of the same make as all of ours."""
    return new_id()


def is_visitor_id(text: str) -> bool:
    """Whether the text has the shape of our ids; anything else is not believed."""
    return _VISITOR_ID.fullmatch(text) is not None


class VisitorCookie:
    """ASGI middleware: gives each browser that comes without an id one of its own.

    HttpOnly and SameSite=Lax; Secure where the page came over HTTPS. Only page requests get one,
    so that the WebSocket that follows carries it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; ASGI's own signature."""
        if scope["type"] != "http" or visitor_of(Headers(scope=scope)) is not None:
            await self._app(scope, receive, send)
            return

        wants_page = "text/html" in Headers(scope=scope).get("accept", "")

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # A page that the browser has kept comes as 304, which names no content type.
                is_kept_page = message["status"] == 304 and wants_page
                if is_kept_page or headers.get("content-type", "").startswith("text/html"):
                    secure = "; Secure" if scope["scheme"] == "https" else ""
                    headers.append(
                        "set-cookie",
                        f"{COOKIE_NAME}={new_visitor_id()}; Path=/; Max-Age={YEAR_S}"
                        f"; HttpOnly; SameSite=Lax{secure}",
                    )
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def visitor_of(headers: Headers) -> str | None:
    """The visitor that a request's cookies name, or None.

    Read with Starlette's parser: the standard library's gives up the whole header when another
    cookie of the host is unusual.
    """
    found = cookie_parser(headers.get("cookie", "")).get(COOKIE_NAME, "")
    return found if is_visitor_id(found) else None
