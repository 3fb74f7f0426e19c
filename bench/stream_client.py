"""A client of the API's streams on a bare socket, which reads as fast or slowly as it is told."""

import asyncio
import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

TOKEN = "a-token-of-the-bench"  # noqa: S105 - of this one server
PIECE_BYTES = 65_536
_SMALL_BUFFER_BYTES = 4096
_LARGE_BUFFER_BYTES = 4_000_000
_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Follower:
    """What one client got.

    Attributes:
        body: The stream, its chunks put together.
        after_s: How long after its first byte the last one came.
        is_whole: Whether the stream came to its end.
    """

    body: bytes
    after_s: float
    is_whole: bool = True


class Stream:
    """One connection whose answer has begun.

    Args:
        connection: Where the body is read from.
        begun: What of it came with the head.
    """

    def __init__(self, connection: socket.socket, begun: bytes) -> None:
        self._connection = connection
        self._body = bytearray(begun)
        self._began_s = time.monotonic()

    async def read(self, bytes_s: int | None = None, for_s: float | None = None) -> Follower:
        """Reads on, to the end or for so long; at this pace, or as fast as it comes."""
        size = PIECE_BYTES if bytes_s is None else int(bytes_s * _STEP_S)
        loop = asyncio.get_running_loop()
        # One that was cut off may be told so by a reset.
        with suppress(TimeoutError, ConnectionResetError):
            async with asyncio.timeout(for_s):
                while piece := await loop.sock_recv(self._connection, size):
                    self._body += piece
                    if bytes_s is not None:
                        await asyncio.sleep(_STEP_S)
        body, is_whole = _unchunked(bytes(self._body))
        return Follower(body, time.monotonic() - self._began_s, is_whole)

    def hurry(self) -> None:
        """Lets the kernel take in much from now on."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LARGE_BUFFER_BYTES)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


async def ask(address: str, chat: str, text: str, model: str, tokens: int) -> Stream:
    """Asks for an answer."""
    message = {"role": "user", "parts": [{"type": "text", "text": text}]}
    body = json.dumps({"id": chat, "message": message, "model": model, "maxTokens": tokens})
    return await _open(address, f"POST /api/chat HTTP/1.1\r\nContent-Length: {len(body)}", body)


async def follow(address: str, chat: str, *, is_slow: bool = False) -> Stream:
    """Follows the answer of a conversation; a slow one lets the kernel take in little for it."""
    head = f"GET /api/chat/{quote(chat)}/stream HTTP/1.1"
    return await _open(address, head, "", is_slow=is_slow)


async def _open(address: str, head: str, body: str, *, is_slow: bool = False) -> Stream:
    place = urlsplit(address)
    connection = socket.socket()
    connection.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    if is_slow:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER_BYTES)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, (place.hostname, place.port))
    common = f"Host: {place.netloc}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n"
    await loop.sock_sendall(connection, f"{head}\r\n{common}\r\n{body}".encode())
    seen = b""
    while b"\r\n\r\n" not in seen:
        piece = await loop.sock_recv(connection, 1000)
        if not piece:
            break
        seen += piece
    status, _, begun = seen.partition(b"\r\n\r\n")
    if b" 200 " not in status:
        raise RuntimeError(f"a client was answered {seen[:300]!r}")
    return Stream(connection, begun)


def _unchunked(body: bytes) -> tuple[bytes, bool]:
    """The body without HTTP's chunk sizes, and whether it came to its end."""
    whole, place = bytearray(), 0
    while True:
        end = body.find(b"\r\n", place)
        if end < 0:
            return bytes(whole), False
        size = int(body[place:end], 16)
        if size == 0:
            return bytes(whole), True
        whole += body[end + 2 : end + 2 + size]
        place = end + 2 + size + 2
