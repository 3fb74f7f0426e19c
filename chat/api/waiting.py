"""Waiting for something in an answer's log, or for a client to go away, on the web's loop."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.requests import Request

from chat.events import Logged
from chat.live import LiveReply


async def wait_for(
    live: LiveReply, is_wanted: Callable[[Logged], bool], timeout_s: float | None = None
) -> bool:
    """Waits until an entry is there that is wanted; False after the time, or an end without it."""
    loop, grown = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        # Where the loop is closed nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(grown.set)

    unwatch, position = live.watch(wake), 0
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                grown.clear()
                entries = live.read(position)
                position += len(entries)
                if any(is_wanted(entry) for entry in entries):
                    return True
                if live.is_closed and not live.read(position):
                    return False
                await grown.wait()
    except TimeoutError:
        return False
    finally:
        unwatch()


async def unless_gone(request: Request, work: Awaitable[bool]) -> bool:
    """Does the work, whose body has been read, unless the client goes away; True where it did."""
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            return False
        return True
    finally:
        working.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
