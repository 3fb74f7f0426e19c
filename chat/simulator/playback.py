"""Sends an exchange's pieces when they are due, and notices at once when the client goes.

Due moments count from the request, not from the last piece, so lateness never adds up.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from chat.simulator.exchange import Exchange, Piece
from chat.simulator.records import Record, Records

_LARGEST_WRITE_BYTES = 65_536
_SETTLE_S = 0.02
"""What was written reaches the client before the reset does."""
ABORT = "simulator.abort"
"""Where the server leaves, in each request's scope, what resets the connection."""


class Playback(Response):
    """One answer on its way to one client.

    Starlette's own streaming response only looks for the client's end when it sends; in a
    stalled answer that would be never, so this one waits for it all the time.
    """

    def __init__(self, exchange: Exchange, record: Record, records: Records) -> None:
        super().__init__(status_code=exchange.status)
        self._exchange, self._record, self._records = exchange, record, records

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Plays the exchange until its end or the client's."""
        record = self._record
        self._abort: Callable[[], None] = scope[ABORT]
        playing = asyncio.ensure_future(self._play(send))
        leaving = asyncio.ensure_future(_client_left(receive))
        try:
            await asyncio.wait((playing, leaving), return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                playing.result()
            else:
                record.client_closed_at_ms = time.time() * 1000
                record.client_closed_s = time.monotonic()
        finally:
            playing.cancel()
            leaving.cancel()
            self._records.end(record)

    async def _play(self, send: Send) -> None:
        exchange, record = self._exchange, self._record
        record.from_chars = exchange.from_chars
        await self._until(exchange.headers_at_s)
        await send(self._head())
        for piece in _joined(exchange.pieces):
            await self._until(piece.at_s)
            await send({"type": "http.response.body", "body": piece.data, "more_body": True})
            record.bytes_sent += len(piece.data)
            record.token_at_ms += [time.time() * 1000] * piece.tokens
            record.token_s += [time.monotonic()] * piece.tokens
            record.text_chars += piece.chars
        if exchange.ending == "hang":
            await asyncio.get_running_loop().create_future()
        record.finished = True
        record.finish_reason, record.hidden_tokens = exchange.finish_reason, exchange.hidden_tokens
        if exchange.ending == "reset":
            await asyncio.sleep(_SETTLE_S)
            self._abort()
        if exchange.ending == "close":  # else: a body left open makes the server cut the connection
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _head(self) -> Message:
        self._record.status = self._exchange.status
        headers = {
            "Date": formatdate(self._record.requested_at_ms / 1000, usegmt=True),
            **self._exchange.headers,
            "X-Generation-Id": self._record.generation_id,
        }
        return {
            "type": "http.response.start",
            "status": self._exchange.status,
            "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
        }

    async def _until(self, at_s: float) -> None:
        """Waits for a moment of the exchange; gives way to other answers even when it is past."""
        await asyncio.sleep(max(0.0, self._record.requested_s + at_s - time.monotonic()))


async def _client_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces that are due at the same moment, in as few writes as their size allows."""
    held: Piece | None = None
    for piece in pieces:
        if held and held.at_s == piece.at_s and len(held.data) < _LARGEST_WRITE_BYTES:
            data, tokens = held.data + piece.data, held.tokens + piece.tokens
            held = Piece(held.at_s, data, tokens, held.chars + piece.chars)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held
