"""Keep-alives before an answer's first chunk: the SDK drops them, and they tell of a queue.

OpenRouter sends the comment ": OPENROUTER PROCESSING" while nothing else comes
(https://openrouter.ai/docs/api-reference/streaming). Later ones are not looked for: between words
the gap itself says all.
"""

import asyncio
from collections.abc import AsyncGenerator

import openai

from chat.events import Waiting
from chat.providers.last_event import LastBytes


async def until_first(
    chunks: openai.AsyncStream[object], body: object
) -> AsyncGenerator[object, None]:
    """A `Waiting` for each piece of the body that is only comments, then the first chunk.

    Args:
        chunks: The SDK's stream; what it raises is raised here. Nothing of it has been read.
        body: The response's body, whose pieces are looked at where that can be done.
    """
    heard: asyncio.Queue[Waiting | None] = asyncio.Queue()

    def listen(piece: bytes) -> None:
        if is_comment(piece):
            heard.put_nowait(Waiting())

    if isinstance(body, LastBytes):
        body.listener = listen
    first = asyncio.ensure_future(anext(chunks))
    first.add_done_callback(lambda _first: heard.put_nowait(None))
    try:
        while (event := await heard.get()) is not None:
            yield event
    finally:
        if isinstance(body, LastBytes):
            body.listener = None
        # Where nobody waits for the chunk any more, the reading must not go on by itself.
        first.cancel()
        await asyncio.wait((first,))
        fault = None if first.cancelled() else first.exception()
    if fault is None:
        yield first.result()
    elif not isinstance(fault, StopAsyncIteration):
        raise fault


def is_comment(piece: bytes) -> bool:
    """Whether bytes of a stream are comments and nothing else, by their lines' first character.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
    """
    lines = [line for line in piece.splitlines() if line]
    return bool(lines) and all(line.startswith(b":") for line in lines)
