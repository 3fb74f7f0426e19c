"""What was said, for programs: the list, one conversation with its figures, and its exports.

GET /api/chats                   the newest, as the sidebar lists them
GET /api/chats/{id}              the path on screen, as messages of the AI SDK
GET /api/chats/{id}/export.md    the same as Markdown
GET /api/chats/{id}/export.json  everything, branches too, as a file that can be imported
"""

import asyncio
import base64
from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from chat.api.answer_figures import figures_of
from chat.api.backend import Backend
from chat.api.chats import opened
from chat.api.refused import RequestRefused
from chat.api.telling import in_plain_text
from chat.conversations import TITLE_CHARS, ReplyRecord
from chat.exchange.writing import to_json, to_markdown
from chat.images import Image
from chat.tree import Tree, Turn
from chat.turn import Opened

LISTED = 50
MOST_LISTED = 200
NOT_THERE = "There is no such conversation, or it is not yours."

Json = dict[str, object]


def conversation_routes(backend: Callable[[], Backend]) -> list[Route]:
    """The routes.

    Args:
        backend: Gives the app; asked at each request.
    """

    async def listed(request: Request) -> Response:
        app = backend()
        owner = await asyncio.to_thread(app.access.owner_of, request)
        limit = _limit(request.query_params.get("limit", str(LISTED)))
        found = await asyncio.to_thread(app.room.store.list_conversations, owner, limit)
        known = app.room.turns.engine.known(owner).values()
        answering = {live.conversation_id for live in known if not live.is_closed}
        chats = [
            {
                "id": conversation.id,
                "title": conversation.title,
                "updatedAt": conversation.updated_at.isoformat(),
                "isPinned": conversation.is_pinned,
                "isAnswering": conversation.id in answering,
            }
            for conversation in found
        ]
        return JSONResponse({"chats": chats})

    async def one(request: Request) -> Response:
        found = await _found(backend(), request)
        conversation = found.tree.conversation
        return JSONResponse(
            {
                "id": conversation.id,
                "title": conversation.title,
                "updatedAt": conversation.updated_at.isoformat(),
                "isAnswering": found.turns[-1].reply.outcome is None,
                "messages": [message for turn in found.turns for message in _messages(turn)],
            }
        )

    async def as_markdown(request: Request) -> Response:
        tree = (await _found(backend(), request)).tree
        return _file(tree, to_markdown(tree), "md", "text/markdown")

    async def as_json(request: Request) -> Response:
        tree = (await _found(backend(), request)).tree
        return _file(tree, to_json([tree]), "json", "application/json")

    return [
        Route("/api/chats", in_plain_text(listed), methods=["GET"]),
        Route("/api/chats/{chat_id}", in_plain_text(one), methods=["GET"]),
        Route("/api/chats/{chat_id}/export.md", in_plain_text(as_markdown), methods=["GET"]),
        Route("/api/chats/{chat_id}/export.json", in_plain_text(as_json), methods=["GET"]),
    ]


async def _found(app: Backend, request: Request) -> Opened:
    owner = await asyncio.to_thread(app.access.owner_of, request)
    found = await asyncio.to_thread(opened, app, owner, request.path_params["chat_id"])
    if found is None:
        raise RequestRefused(NOT_THERE, 404)
    return found


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_LISTED)):
        limit = int(text)
        if 1 <= limit <= MOST_LISTED:
            return limit
    raise RequestRefused(f"`limit` must be a whole number from 1 to {MOST_LISTED}.")


def _messages(turn: Turn) -> list[Json]:
    """A turn as two messages of the AI SDK, whose ids are those of its stream."""
    user, reply = turn.user, turn.reply
    shown = [_file_part(image) for image in user.images]
    question: Json = {"id": user.id, "role": "user", "parts": [_text("text", user.text), *shown]}
    answer: Json = {
        "id": reply.id,
        "role": "assistant",
        "parts": _parts(reply),
        "metadata": {"model": reply.model, **figures_of(reply, reply.conversation_id)},
    }
    return [question, answer]


def _parts(reply: ReplyRecord) -> list[Json]:
    said = (("reasoning", reply.reasoning), ("text", reply.text))
    return [_text(kind, text) for kind, text in said if text]


def _text(kind: str, text: str) -> Json:
    return {"type": kind, "text": text}


def _file_part(image: Image) -> Json:
    data = base64.b64encode(image.data).decode()
    url = f"data:{image.media_type};base64,{data}"
    return {"type": "file", "mediaType": image.media_type, "url": url}


def _file(tree: Tree, text: str, ending: str, media_type: str) -> Response:
    # Both names, as https://www.rfc-editor.org/rfc/rfc6266#section-5 has it.
    name = quote(tree.conversation.title[:TITLE_CHARS], safe="")
    plain = f'attachment; filename="conversation.{ending}"'
    headers = {"content-disposition": f"{plain}; filename*=UTF-8''{name}.{ending}"}
    return PlainTextResponse(text, media_type=media_type, headers=headers)
