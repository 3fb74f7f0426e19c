"""All routes of the API in one list, its description, and what answers where there is none."""

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route

from chat.api.backend import Backend
from chat.api.chats import chat_routes
from chat.api.conversations import conversation_routes
from chat.api.openai_routes import openai_routes
from chat.api.state import state_routes

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
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
            allowed = {"allow": ", ".join(sorted(others))}
            return PlainTextResponse("This address takes another method.", 405, allowed)
        return PlainTextResponse("There is nothing at this address.", 404)

    rest = ("/api", "/api/{rest:path}", "/v1", "/v1/{rest:path}")
    return [*routes, *(Route(path, nowhere, methods=_METHODS) for path in rest)]
