"""The routes that the AI SDK's front ends speak: ask, follow, stop. Thin: one engine, one log.

POST /api/chat              asks, and streams the answer; a disconnect never cancels it
GET  /api/chat/{id}/stream  the running answer from its beginning, or 204
GET  /api/chat?chatId={id}  the same for version 4, which wants 200 and nothing instead of 204
POST /api/chat/{id}/stop    stops the running answer; what came is kept
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chat.api import data_stream
from chat.api.backend import Backend
from chat.api.chat_body import BodyRefused, ChatBody, Dialect, read_chat_body
from chat.api.followers import Followers
from chat.api.limits import read_body
from chat.api.placing import own_id_of, place_of
from chat.errors import StoreError
from chat.live import LiveReply
from chat.refusals import MessageRefused
from chat.turn import Ask, Opened

Handler = Callable[[Request], Awaitable[Response]]


def chat_routes(backend: Callable[[], Backend]) -> list[Route]:
    """The routes.

    Args:
        backend: Gives the app; asked at each request.
    """
    held: list[Followers] = []

    def followers() -> Followers:
        if not held:
            held.append(Followers(backend().explain))
        return held[0]

    async def ask(request: Request) -> Response:
        app = backend()
        owner = await asyncio.to_thread(app.access.owner_of, request)
        wait_s = app.rate.wait_s(owner)
        if wait_s > 0:
            return _wait("Too many requests.", wait_s)
        body = read_chat_body(
            await _json(request, app.max_body_bytes), app.max_messages, app.max_tokens_limit
        )
        if _running(app, owner) >= app.max_running:
            return _wait(f"Only {app.max_running} answers may run at once.", 1.0)
        live = await asyncio.to_thread(_begin, app, owner, body)
        return followers().response(live, body.dialect)

    async def follow(request: Request) -> Response:
        app = backend()
        owner = await asyncio.to_thread(app.access.owner_of, request)
        live = _live(app, followers(), owner, request.path_params["chat_id"])
        return _stream_of(followers(), live, "ui_messages", Response(status_code=204))

    async def follow_old(request: Request) -> Response:
        app = backend()
        owner = await asyncio.to_thread(app.access.owner_of, request)
        live = _live(app, followers(), owner, request.query_params.get("chatId", ""))
        nothing = Response(headers=dict(data_stream.HEADERS))
        return _stream_of(followers(), live, "data_stream", nothing)

    async def stop(request: Request) -> Response:
        app = backend()
        owner = await asyncio.to_thread(app.access.owner_of, request)
        live = _live(app, followers(), owner, request.path_params["chat_id"])
        if live is not None:
            app.room.turns.engine.stop(live.id, owner)
        # Unknown, foreign and already ended look alike: it is not running now.
        return Response(status_code=204)

    return [
        Route("/api/chat", told(ask), methods=["POST"]),
        Route("/api/chat", told(follow_old), methods=["GET"]),
        Route("/api/chat/{chat_id}/stream", told(follow), methods=["GET"]),
        Route("/api/chat/{chat_id}/stop", told(stop), methods=["POST"]),
    ]


def told(handler: Handler) -> Handler:
    """The handler with its refusals told in short plain text, which clients show as they are."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except BodyRefused as refused:
            return PlainTextResponse(refused.sentence, refused.status)
        except StoreError:
            return PlainTextResponse("The database is away. Try again in a moment.", 503)

    return handle


def ask_of(body: ChatBody, default: Ask) -> Ask:
    """How an answer is wanted: what the request says, else the app's defaults."""
    return replace(
        default,
        model=body.model or default.model,
        max_tokens=body.max_tokens or default.max_tokens,
        temperature=body.temperature,
        key=body.key or default.key,
        messages=body.messages if body.is_whole else (),
    )


def _begin(app: Backend, owner: str, body: ChatBody) -> LiveReply:
    """Places the message in its conversation and starts the answer; blocks on the store."""
    turns, text = app.room.turns, body.messages[-1].text
    ask = ask_of(body, app.default_ask())
    try:
        opened = _opened(app, owner, body.chat_id)
        if opened is None:
            new_as = own_id_of(owner, body.chat_id)
            return turns.begin(owner, None, text, ask, new_as=new_as)
        conversation_id = opened.tree.conversation.id
        place = place_of(opened.turns, body)
        match place.does:
            case "append":
                return turns.begin(owner, conversation_id, text, ask)
            case "again":
                return turns.regenerate(owner, conversation_id, ask)
            case "edit":
                return turns.edit(owner, conversation_id, place.message_id, text, ask)
    except MessageRefused as refused:
        status = 409 if refused.reason == "busy" else 400
        raise BodyRefused(app.refuse(refused.reason, text), status) from None


def _opened(app: Backend, owner: str, chat_id: str) -> Opened | None:
    """The owner's conversation of that name: ours, or the one that the client named so."""
    for conversation_id in (chat_id, own_id_of(owner, chat_id)):
        opened = app.room.turns.open(owner, conversation_id)
        if opened is not None and opened.turns:
            return opened
    return None


def _live(app: Backend, followers: Followers, owner: str, chat_id: str) -> LiveReply | None:
    """The conversation's running answer, or one that has just ended; None where there is none."""
    ids = {chat_id, own_id_of(owner, chat_id)}
    known = app.room.turns.engine.known(owner).values()
    running = [live for live in known if live.conversation_id in ids]
    if running:
        return running[-1]
    return next(filter(None, (followers.newest(owner, one) for one in ids)), None)


def _running(app: Backend, owner: str) -> int:
    known = app.room.turns.engine.known(owner).values()
    return sum(not live.is_closed for live in known)


def _stream_of(
    followers: Followers, live: LiveReply | None, dialect: Dialect, nothing: Response
) -> Response:
    return nothing if live is None else followers.response(live, dialect)


async def _json(request: Request, limit_bytes: int) -> object:
    body = await read_body(request.stream(), limit_bytes)
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        raise BodyRefused("The body is not JSON.") from None
    return found


def _wait(sentence: str, wait_s: float) -> Response:
    seconds = max(1, round(wait_s + 0.5))
    return PlainTextResponse(
        f"{sentence} Try again in {seconds} s.", 429, {"retry-after": str(seconds)}
    )
