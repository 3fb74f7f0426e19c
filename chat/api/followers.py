"""The broadcasts of this process: one for each answer and wire format that somebody follows.

All of it runs on the web server's loop.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from chat.api import data_stream, ui_messages
from chat.api.broadcast import Broadcast, Encoder
from chat.api.chat_body import Dialect
from chat.api.live_stream import LiveStream
from chat.ended import GRACE_S
from chat.errors import Failure
from chat.live import LiveReply


@dataclass(frozen=True, slots=True)
class Format:
    """How one dialect is served.

    Attributes:
        encoder: Makes an encoder for an answer.
        headers: Of the response.
        keep_alive: What fills a silence.
    """

    encoder: Callable[[LiveReply, Callable[[Failure], str]], Encoder]
    headers: Mapping[str, str]
    keep_alive: bytes


FORMATS: Mapping[Dialect, Format] = {
    "ui_messages": Format(
        ui_messages.UiMessageEncoder, ui_messages.HEADERS, ui_messages.KEEP_ALIVE
    ),
    "data_stream": Format(
        data_stream.DataStreamEncoder, data_stream.HEADERS, data_stream.KEEP_ALIVE
    ),
}


@dataclass(slots=True)
class Followers:
    """Gives each follower of an answer the broadcast that the others have, too.

    Attributes:
        explain: Gives the sentence of a failure.
    """

    explain: Callable[[Failure], str]
    _held: dict[tuple[str, Dialect], Broadcast] = field(default_factory=dict)

    def response(self, live: LiveReply, dialect: Dialect, *, has_body: bool = True) -> Response:
        """The whole answer from its first byte on, then live; closes right after its end.

        Args:
            live: The answer.
            dialect: Which wire format the client reads.
            has_body: False for the headers alone, as HEAD wants them.
        """
        form = FORMATS[dialect]
        headers = {**form.headers, "x-tickertape-conversation": live.conversation_id}
        if not has_body:
            return Response(headers=headers)
        return LiveStream(self._follow(live, dialect, form), headers=headers)

    async def _follow(
        self, live: LiveReply, dialect: Dialect, form: Format
    ) -> AsyncIterator[bytes]:
        # The first byte makes servers and proxies send the head of the response.
        yield form.keep_alive
        async for portion in self._broadcast(live, dialect, form).follow(form.keep_alive):
            yield portion

    def _broadcast(self, live: LiveReply, dialect: Dialect, form: Format) -> Broadcast:
        key = (live.id, dialect)
        if key not in self._held:
            loop = asyncio.get_running_loop()
            self._held[key] = Broadcast(live, form.encoder(live, self.explain), loop)
            self._let_go_later(live, key)
        return self._held[key]

    def _let_go_later(self, live: LiveReply, key: tuple[str, Dialect]) -> None:
        """Looks every while whether the answer has ended; then it is kept for the grace."""
        loop = asyncio.get_running_loop()

        def look() -> None:
            if live.is_closed and live.age_s - _ended_after_s(live) >= GRACE_S:
                self._held.pop(key).close()
            else:
                loop.call_later(GRACE_S / 2, look)

        loop.call_later(GRACE_S, look)


def _ended_after_s(live: LiveReply) -> float:
    entries = live.read()
    return entries[-1].at_s - entries[0].at_s
