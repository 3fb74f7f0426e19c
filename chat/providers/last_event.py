"""The end of a response's bytes, kept aside: the SDK throws away all but `error` of a failed chunk.

OpenRouter counts tokens and cost in that same chunk; they are wanted where the answer failed, too.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, cast

import httpx2

from chat.providers.error_bodies import parsed

_KEPT_BYTES: Final = 65_536


class LastBytes(httpx2.AsyncByteStream):
    """A response's body that remembers its end.

    Attributes:
        listener: Called with each piece as it comes, or None.
    """

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self.listener: Callable[[bytes], None] | None = None

    @property
    def kept(self) -> bytes:
        """The end of what came so far: the newest pieces, at least 64 KB of them."""
        return b"".join(self._pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The body's pieces, unchanged."""
        async for piece in self._body:
            self._pieces.append(piece)
            self._size += len(piece)
            while self._size - len(self._pieces[0]) > _KEPT_BYTES:
                self._size -= len(self._pieces.popleft())
            if self.listener is not None:
                self.listener(piece)
            yield piece

    async def aclose(self) -> None:
        """Closes the body."""
        await self._body.aclose()


async def keep_last_bytes(response: httpx2.Response) -> None:
    """A hook of the HTTP client: from now on the end of this body is remembered.

    A compressed body cannot be read from its end, and is left as it is.
    """
    if "content-encoding" not in response.headers:
        response.stream = LastBytes(cast("httpx2.AsyncByteStream", response.stream))


def failed_chunk(response: httpx2.Response) -> Mapping[str, Any]:
    """The newest chunk with an error, as JSON has it; empty where there is none any more."""
    body = response.stream
    lines = body.kept.splitlines() if isinstance(body, LastBytes) else []
    for line in reversed(lines):
        found = parsed(line.removeprefix(b"data:").decode("utf-8", "replace"))
        if isinstance(found, Mapping) and found.get("error"):
            return found
    return {}
