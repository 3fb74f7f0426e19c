"""A response that is streamed, to a client that may take nothing in.

What waits to be sent to such a client holds the answer's bytes, so it is cut off after a while.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

_log = logging.getLogger(__name__)

STALLED_S = 120.0
"""Longest time in which a client takes nothing in. The server waits where more than some 96 kB are
on their way, and until 16 kB are left of it: time enough at a kilobyte a second."""


class LiveStream(StreamingResponse):
    """A stream whose client is cut off once it has taken nothing in for `STALLED_S`."""

    async def stream_response(self, send: Send) -> None:
        """Sends the response; Starlette's own signature."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(STALLED_S):
                await send(message)

        async with aclosing(cast("AsyncGenerator[bytes, None]", self.body_iterator)):
            try:
                await super().stream_response(send_in_time)
            except TimeoutError:
                # Nothing more can be sent, not even this sentence. The stream is left without its
                # end, which its client takes for a broken connection, never for a whole answer.
                _log.warning("A client took in nothing for %.0f s and was cut off.", STALLED_S)
