"""The routes that the AI SDK's front ends speak: ask, follow, stop. Thin: one engine, one log.

POST /api/chat              asks, and streams the answer; a disconnect never cancels it
GET  /api/chat/{id}/stream  the running answer from its beginning, or 204
GET  /api/chat?chatId={id}  the same for version 4, which wants 200 and nothing instead of 204
POST /api/chat/{id}/stop    stops the running answer; what came is kept
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.api import data_stream
from chat.api.asking import admitted, ask_of, body_of, header_key, in_sentences, json_of
from chat.api.backend import Backend
from chat.api.chat_body import ChatBody, Dialect, read_chat_body
from chat.api.followers import Followers
from chat.api.placing import own_id_of, place_of
from chat.api.telling import in_plain_text
from chat.errors import StoreError
from chat.live import LiveReply
from chat.turn import Ask, Opened


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

    def stream_of(
        request: Request, live: LiveReply | None, dialect: Dialect, nothing: Response
    ) -> Response:
        if live is None:
            return nothing
        return followers().response(live, dialect, has_body=request.method != "HEAD")

    async def ask(request: Request) -> Response:
        app = backend()
        # The body first: a client that goes at once is known to be gone where one has to wait for
        # anything else, and then what it sent could not be read any more.
        sent = await body_of(request, app.sizes.body_bytes)
        names = await admitted(app, request)
        owner = names[0]
        sizes = app.sizes
        body = read_chat_body(json_of(sent), sizes.messages, sizes.tokens, sizes.images)
        wanted = ask_of(app, request, owner, body.wish.with_key(header_key(request)))
        with app.slots.one(names) as runs:
            live = await asyncio.to_thread(_begin, app, owner, body, wanted)
            runs(live)
        return followers().response(live, body.dialect)

    async def follow(request: Request) -> Response:
        app = backend()
        owner = await asyncio.to_thread(app.access.owner_of, request)
        live = _live(app, owner, request.path_params["chat_id"])
        return stream_of(request, live, "ui_messages", Response(status_code=204))

    async def follow_old(request: Request) -> Response:
        app = backend()
        owner = await asyncio.to_thread(app.access.owner_of, request)
        live = _live(app, owner, request.query_params.get("chatId", ""))
        return stream_of(request, live, "data_stream", Response(headers=dict(data_stream.HEADERS)))

    async def stop(request: Request) -> Response:
        app = backend()
        owner = await asyncio.to_thread(app.access.owner_of, request)
        chat_id = request.path_params["chat_id"]
        live = _live(app, owner, chat_id)
        if live is None or not app.room.turns.engine.stop(live.id, owner):
            await asyncio.to_thread(_stop_elsewhere, app, owner, chat_id)
        # Unknown, foreign and already ended look alike: it is not running now.
        return Response(status_code=204)

    return [
        Route("/api/chat", in_plain_text(ask), methods=["POST"]),
        Route("/api/chat", in_plain_text(follow_old), methods=["GET"]),
        Route("/api/chat/{chat_id}/stream", in_plain_text(follow), methods=["GET"]),
        Route("/api/chat/{chat_id}/stop", in_plain_text(stop), methods=["POST"]),
    ]


def opened(app: Backend, owner: str, chat_id: str) -> Opened | None:
    """The owner's conversation of that name: ours, or the one that a client named so. Blocks.

    Raises:
        StoreError: it cannot be read now.
    """
    for conversation_id in (chat_id, own_id_of(owner, chat_id)):
        found = app.room.turns.open(owner, conversation_id)
        if found is not None and found.turns:
            return found
    return None


def _begin(app: Backend, owner: str, body: ChatBody, ask: Ask) -> LiveReply:
    """Places the message in its conversation and starts the answer; blocks on the store."""
    turns, text = app.room.turns, body.messages[-1].text
    with in_sentences(app, text):
        found = opened(app, owner, body.chat_id)
        if found is None:
            new_as = own_id_of(owner, body.chat_id)
            return turns.begin(owner, None, text, ask, new_as=new_as)
        conversation_id = found.tree.conversation.id
        place = place_of(found.turns, body)
        match place.does:
            case "append":
                return turns.begin(owner, conversation_id, text, ask)
            case "again":
                return turns.regenerate(owner, conversation_id, ask, place.message_id)
            case "edit":
                return turns.edit(
                    owner, conversation_id, place.message_id, text, ask, keeps_images=False
                )


def _live(app: Backend, owner: str, chat_id: str) -> LiveReply | None:
    """The conversation's running answer, or one that has just ended; None where there is none."""
    ids = {chat_id, own_id_of(owner, chat_id)}
    known = app.room.turns.engine.known(owner).values()
    running = [live for live in known if live.conversation_id in ids]
    if running:
        return running[-1]
    return app.ended.newest(owner, ids)


def _stop_elsewhere(app: Backend, owner: str, chat_id: str) -> None:
    """Asks whichever process writes the conversation's answer to stop it."""
    # While the store is away nobody else can be asked.
    with suppress(StoreError):
        found = opened(app, owner, chat_id)
        if found is not None and found.turns[-1].reply.outcome is None:
            app.room.store.ask_stop(owner, found.turns[-1].reply.id)
