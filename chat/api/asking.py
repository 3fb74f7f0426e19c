"""From what a request wants to a running answer: limits, keys, and the conversation it goes into.

Reading requests and writing answers is the routes' business.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from starlette.requests import Request

from chat.api.backend import Backend
from chat.api.limits import read_body
from chat.api.refused import RequestRefused
from chat.api.wishes import Wish, read_key
from chat.budget import Budget, Limits, Meter, Price
from chat.catalogue import Model
from chat.errors import StoreRefused
from chat.fitting import fitted
from chat.messages import Secret
from chat.operator import OPERATOR
from chat.parameters import Parameters
from chat.refusals import MessageRefused, RefusalReason
from chat.server_key import is_local_visit
from chat.turn import Ask

KEY_HEADER = "x-openrouter-key"
_STATUS_OF: dict[RefusalReason, int] = {
    "busy": 409,
    "too_long": 413,
    "unknown_conversation": 404,
    "over_budget": 402,
    "no_price": 402,
}
GONE = "This conversation was deleted."


async def admitted(app: Backend, request: Request) -> tuple[str, ...]:
    """Under which names an answer is asked for, once it counts as a request of theirs.

    Returns:
        The owner, and what else the request counts for; see `Access.counted_as`.

    Raises:
        RequestRefused: nobody, or one who has asked too often.
    """
    owner = await asyncio.to_thread(app.access.owner_of, request)
    names = app.access.counted_as(request, owner)
    wait_s = max(app.rate.wait_s(name) for name in names)
    if wait_s > 0:
        seconds = int(wait_s) + 1
        raise RequestRefused(f"Too many requests. Try again in {seconds} s.", 429, seconds)
    return names


async def body_of(request: Request, limit_bytes: int) -> bytes:
    """The body of a request.

    Raises:
        RequestRefused: it is too large.
    """
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and len(said) < 20 and int(said) > limit_bytes:
        raise RequestRefused(f"The body is too large; the limit is {limit_bytes:,} bytes.", 413)
    return await read_body(request.stream(), limit_bytes)


def json_of(body: bytes) -> object:
    """The JSON that a body is.

    Raises:
        RequestRefused: it is none.
    """
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        raise RequestRefused("The body is not JSON.") from None
    return found


def header_key(request: Request) -> Secret | None:
    """The client's own OpenRouter key, where it sends it as a header.

    Raises:
        RequestRefused: what stands there cannot be a key.
    """
    text = request.headers.get(KEY_HEADER, "")
    return read_key(text, KEY_HEADER) if text else None


def ask_of(app: Backend, request: Request, owner: str, wish: Wish) -> Ask:
    """How the answer is asked for: what the wish says, else the app's defaults.

    The server's key is lent by the same rules as on the page, but where it is for this machine
    only, to the operator alone: a program behind a plain proxy on this machine looks local, too.
    """
    host = request.client.host if request.client is not None else None
    is_local = owner == OPERATOR and is_local_visit(host, request.headers)
    model = wish.model or app.default_model(is_local)
    needs_key = app.is_openrouter(model)
    lent = app.server_key.key_for(is_local=is_local) if wish.key is None else None
    found = next((one for one in app.models() if one.id == model), None)
    ask = Ask(
        model=model,
        max_tokens=wish.max_tokens or app.sizes.default_tokens,
        temperature=wish.temperature,
        top_p=wish.top_p,
        key=(wish.key or lent) if needs_key else None,
        is_lent=needs_key and lent is not None and app.server_key.has_budget,
        budget=_budget(app),
        messages=wish.prompt,
        parameters=_without_effort_elsewhere(found, wish.parameters),
        images=wish.images,
        known={model: found} if found is not None else {},
    )
    return fitted(ask, found)


@contextmanager
def in_sentences(app: Backend, text: str) -> Iterator[None]:
    """Lets what refuses a message say so to the client.

    Raises:
        RequestRefused: in place of whatever the core raised.
    """
    try:
        yield
    except MessageRefused as refused:
        status = _STATUS_OF.get(refused.reason, 400)
        raise RequestRefused(app.refuse(refused.reason, text), status) from None
    except StoreRefused:
        raise RequestRefused(GONE, 410) from None


def _without_effort_elsewhere(model: Model | None, wished: Parameters) -> Parameters:
    # How long to reason is told in a field of OpenRouter's own, which others are not sent.
    is_elsewhere = model is not None and model.group in {"This machine", "Other endpoints"}
    return replace(wished, effort=None) if is_elsewhere else wished


def _budget(app: Backend) -> Budget:
    """No limits of the client's own; the prices are for the server's budget."""
    prices = {
        model.id: Price(model.prompt_usd, model.completion_usd)
        for model in app.models()
        if model.prompt_usd is not None and model.completion_usd is not None
    }
    return Budget(Limits(), prices, Meter())
