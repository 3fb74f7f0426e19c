"""All routes of the API in one list, its description, and what answers where there is none."""

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from chat.api.backend import Backend
from chat.api.chats import chat_routes
from chat.api.conversations import conversation_routes
from chat.api.openai_routes import openai_routes
from chat.api.refused import RequestRefused
from chat.api.state import state_routes
from chat.api.telling import in_openai_shape, in_plain_text

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
NOTHING = "There is nothing at this address."
ANOTHER_METHOD = "This address takes another method."
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def api_routes(backend: Callable[[], Backend]) -> list[Route]:
    """The routes; to stand after all others below `/api`.

    Args:
        backend: Gives the app; asked at each request.
    """
    described = DESCRIPTION.read_bytes()

    async def describe(_request: Request) -> Response:
        return Response(described, media_type="application/json")

    routes = [
        *chat_routes(backend),
        *conversation_routes(backend),
        *state_routes(backend),
        *openai_routes(backend),
        Route("/api/openapi.json", describe, methods=["GET"]),
    ]

    async def nowhere(request: Request) -> Response:
        """Without this, an unknown address would answer 200 with the page's HTML."""
        others = {
            method
            for route in routes
            if route.matches(request.scope)[0] is Match.PARTIAL
            for method in route.methods or ()
        }
        if others:
            raise RequestRefused(ANOTHER_METHOD, 405, allow=sorted(others))
        raise RequestRefused(NOTHING, 404)

    rest = {"/api": in_plain_text(nowhere), "/v1": in_openai_shape(nowhere)}
    return [
        *routes,
        *(
            Route(root + more, tell, methods=_METHODS)
            for root, tell in rest.items()
            for more in ("", "/{rest:path}")
        ),
    ]
