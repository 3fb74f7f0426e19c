"""`/v1`: the app as an endpoint of OpenAI's clients, metered. Off unless the operator turns it on.

POST /v1/chat/completions   streamed or whole; a client that goes away cancels the answer, since it
                            has no way to come back to it
GET  /v1/models             what can be asked

Each call is a reply in the store, so it stands on the metrics page; its conversation is in no list.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chat.api import openai_format
from chat.api.asking import admitted, ask_of, body_of, header_key, in_sentences, json_of
from chat.api.backend import Backend
from chat.api.broadcast import Broadcast
from chat.api.live_stream import LiveStream
from chat.api.openai_body import CompletionBody, read_completion_body
from chat.api.openai_format import OpenAIEncoder, completion_of, error_body, http_status
from chat.api.refused import RequestRefused
from chat.api.telling import in_openai_shape
from chat.api.waiting import unless_gone, wait_for
from chat.events import ENDINGS, Failed, Logged, ReasoningDelta, Stopped, TextDelta
from chat.live import LiveReply
from chat.turn import Ask

OFF = "The OpenAI-compatible API is turned off on this server (OPENAI_API)."
HEAD_WAIT_S = 15.0
"""How long a stream waits for its first word, so that a failure before it has a status of its own;
after that the head of the response goes out, lest a proxy gives up."""
_CLIENT_GONE = 499
LEFT_OUT = "x-tickertape-left-out"
"""The header that names the fields of a request that the answer takes no account of."""

Handler = Callable[[Request], Awaitable[Response]]


def openai_routes(backend: Callable[[], Backend]) -> list[Route]:
    """The routes.

    Args:
        backend: Gives the app; asked at each request.
    """

    async def complete(request: Request) -> Response:
        app = _app(backend)
        names = await admitted(app, request)
        owner = names[0]
        sent = json_of(await body_of(request, app.sizes.body_bytes))
        sizes = app.sizes
        body = read_completion_body(sent, sizes.messages, sizes.tokens, sizes.images)
        ask = ask_of(app, request, owner, body.wish.with_key(header_key(request)))
        with app.slots.one(names) as runs:
            live = await asyncio.to_thread(_begin, app, owner, body, ask)
            runs(live)
        is_enough = _begins_or_ends if body.is_streamed else _ends
        wait_s = HEAD_WAIT_S if body.is_streamed else None
        if await unless_gone(request, wait_for(live, is_enough, wait_s)):
            app.room.turns.engine.stop(live.id, live.owner)
            return Response(status_code=_CLIENT_GONE)
        failed = _failed(app, live, is_streamed=body.is_streamed)
        if failed is not None:
            return failed
        headers = {"x-tickertape-conversation": live.conversation_id}
        left_out = body.left_out(ask)
        if left_out:
            headers[LEFT_OUT] = ", ".join(left_out)
        if body.is_streamed:
            return _streamed(app, live, body, headers)
        return JSONResponse(completion_of(live, live.read(), time.time()), headers=headers)

    async def models(request: Request) -> Response:
        app = _app(backend)
        await asyncio.to_thread(app.access.owner_of, request)
        listed = [
            {"id": m.id, "object": "model", "created": 0, "owned_by": m.id.partition("/")[0]}
            for m in app.models()
        ]
        return JSONResponse({"object": "list", "data": listed})

    return [
        Route("/v1/chat/completions", in_openai_shape(complete), methods=["POST"]),
        Route("/v1/models", in_openai_shape(models), methods=["GET"]),
    ]


class _UntilGone(LiveStream):
    """A stream that is given up at once when the client goes away, also in a silence."""

    def __init__(
        self, content: AsyncIterator[bytes], headers: dict[str, str], on_end: Callable[[], object]
    ) -> None:
        super().__init__(content, headers=headers)
        self._on_end = on_end

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the response; ASGI's own signature."""
        sending = asyncio.ensure_future(self.stream_response(send))
        gone = asyncio.ensure_future(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            gone.cancel()
            # A connection that broke while it was written to is a client that went away, too.
            await asyncio.gather(sending, gone, return_exceptions=True)
            self._on_end()


def _app(backend: Callable[[], Backend]) -> Backend:
    app = backend()
    if not app.has_openai:
        raise RequestRefused(OFF, 404)
    return app


def _begin(app: Backend, owner: str, body: CompletionBody, ask: Ask) -> LiveReply:
    with in_sentences(app, body.text):
        return app.room.turns.begin(owner, None, body.text, ask, is_hidden=True)


def _ends(entry: Logged) -> bool:
    return isinstance(entry.event, ENDINGS)


def _begins_or_ends(entry: Logged) -> bool:
    return isinstance(entry.event, (TextDelta, ReasoningDelta, *ENDINGS))


def _failed(app: Backend, live: LiveReply, *, is_streamed: bool) -> Response | None:
    """The error of an answer that failed before its first word, or that was wanted whole."""
    entries = live.read()
    if is_streamed and any(isinstance(e.event, TextDelta | ReasoningDelta) for e in entries):
        return None
    match entries[-1].event:
        case Failed(failure):
            wait_s = failure.retry_after_s
            headers = {} if wait_s is None else {"retry-after": str(int(wait_s) + 1)}
            body = error_body(app.explain(failure), failure)
            return JSONResponse(body, http_status(failure), headers)
        case Stopped():
            return JSONResponse(error_body(openai_format.STOPPED, None), 503)
        case _:
            return None


def _streamed(
    app: Backend, live: LiveReply, body: CompletionBody, headers: Mapping[str, str]
) -> Response:
    encoder = OpenAIEncoder(live, app.explain, has_usage=body.has_usage)
    broadcast = Broadcast(live, encoder, asyncio.get_running_loop())

    def end() -> None:
        broadcast.close()
        app.room.turns.engine.stop(live.id, live.owner)

    stream = broadcast.follow(openai_format.KEEP_ALIVE)
    return _UntilGone(stream, {**openai_format.HEADERS, **headers}, end)
