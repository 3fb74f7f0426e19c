"""How a handler's refusals reach the client: as short plain text, or in OpenAI's shape.

A fault of ours is told in a sentence and logged by its class: its text may quote a request.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from chat.api.openai_format import error_body
from chat.api.refused import RequestRefused
from chat.errors import StoreError

_log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]
_Tell = Callable[[str, int, Mapping[str, str]], Response]

AWAY = "The database is away. Try again in a moment."
FAULT = "Something went wrong on this server."
_KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
"""OpenAI's words for some statuses; else the request is at fault, or the server."""


def in_plain_text(handler: Handler) -> Handler:
    """The handler with its refusals as plain text; the AI SDK shows that as it is."""
    return _telling(handler, lambda text, code, more: PlainTextResponse(text, code, dict(more)))


def in_openai_shape(handler: Handler) -> Handler:
    """The handler with its refusals as `{"error": {…}}`."""
    return _telling(handler, openai_error)


def openai_error(sentence: str, status: int, headers: Mapping[str, str]) -> Response:
    """An error that OpenAI's clients read."""
    is_ours = status >= 500
    kind = _KINDS.get(status, "server_error" if is_ours else "invalid_request_error")
    return JSONResponse(error_body(sentence, None, kind), status, dict(headers))


def _telling(handler: Handler, tell: _Tell) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except RequestRefused as refused:
            return tell(refused.sentence, refused.status, refused.headers)
        except StoreError:
            return tell(AWAY, 503, {"retry-after": "1"})
        except ClientDisconnect:
            return Response(status_code=400)  # Nobody reads it.
        except Exception as error:  # noqa: BLE001 - no traceback may leave, nor stand in the log
            _log.error("A request failed for a reason of ours: %s", type(error).__name__)
            return tell(FAULT, 500, {})

    return handle
