"""Lets pages of other sites ask the API, where the operator says which; never with a cookie.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

import asyncio
from collections.abc import Callable, Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_PATHS = ("/api/", "/v1/")
_EXPOSED = (
    "x-tickertape-conversation",
    "x-tickertape-left-out",
    "x-vercel-ai-ui-message-stream",
    "x-vercel-ai-data-stream",
    "retry-after",
)


class ApiCors:
    """ASGI middleware: CORS for the API's paths; the pages' own requests go by untouched.

    Args:
        app: What stands behind it.
        origins: Gives the sites; asked at the first request.
    """

    def __init__(self, app: ASGIApp, origins: Callable[[], Sequence[str]]) -> None:
        self._app = app
        self._origins = origins
        self._cors: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; ASGI's own signature."""
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS):
            await self._app(scope, receive, send)
            return
        if self._cors is None:
            # The first request may come while the app is still being made.
            self._cors = self._made(await asyncio.to_thread(self._origins))
        await self._cors(scope, receive, send)

    def _made(self, origins: Sequence[str]) -> ASGIApp:
        if not origins:
            return self._app
        return CORSMiddleware(
            self._app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
        )
