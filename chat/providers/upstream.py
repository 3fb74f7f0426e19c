"""All that is asked upstream, over an SDK that is imported when it is first needed.

The SDK is a third of all that the app imports. A page that is being drawn does not wait for it, nor
share the interpreter with it: whoever is in no hurry lets the first page be drawn before.

Where many answers run at once, those beyond `HERE` are read in a process of its own: to read what
comes is most of the work that an answer makes, and pages and answers share one interpreter here.
"""

import asyncio
import importlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from chat.events import Event, Usage
from chat.key_book import KeyInfo
from chat.measures import UpstreamSays
from chat.messages import ChatRequest, Secret
from chat.ports import Clock
from chat.providers.worker_process import WorkerProcess
from chat.routing import Endpoint, Routes

if TYPE_CHECKING:  # an import that runs would be what is put off here
    from openai import AsyncOpenAI

    from chat.providers.openai_keys import OpenAIKeys
    from chat.providers.openai_wire import OpenAIWire

HERE = 10
"""So many answers at once are read in this process. Beyond, the worker is started, which takes a
second and 60 MB; a visitor who compares six models never needs it. What begins within that second,
or comes again because the worker has died, is read here to its end."""


@dataclass(frozen=True, slots=True)
class _Sdk:
    wire: "OpenAIWire"
    keys: "OpenAIKeys"
    list_models: "Callable[[AsyncOpenAI], Awaitable[list[str]]]"


class Upstream:
    """A `Provider`, and the calls beside answers; all of them on the engine's loop.

    Args:
        routes: Which model is asked where.
        read_timeout_s: Longest silence that is waited through, in seconds.
        connect_timeout_s: Longest wait for a connection, in seconds.
        clock: Gives the present moment, in seconds.
        patience_s: So long from now on only an answer has the SDK imported.
        here: How many answers are read in this process at once.

    Attributes:
        worker: Reads those beyond.
    """

    def __init__(
        self,
        routes: Routes,
        read_timeout_s: float,
        connect_timeout_s: float,
        clock: Clock,
        patience_s: float,
        *,
        here: int = HERE,
    ) -> None:
        self._routes = routes
        self._timeouts_s = (read_timeout_s, connect_timeout_s)
        self._clock = clock
        self._quiet_until_s = clock() + patience_s
        self._sdk: _Sdk | None = None
        self.worker = WorkerProcess(self._timeouts_s)
        self._here = here
        self._reading_here = 0
        self._importing = asyncio.Lock()
        self._is_there = asyncio.Event()

    def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:
        """See `chat.ports.Provider.stream`."""
        if self._reading_here < self._here:
            return self._stream_here(request, key)
        self.worker.start()
        return self._stream_there(request, key)

    async def usage_of(self, model: str, generation_id: str, key: Secret | None) -> Usage | None:
        """See `OpenAIWire.usage_of`."""
        return await (await self._ready()).wire.usage_of(model, generation_id, key)

    async def says_of(
        self, model: str, generation_id: str, key: Secret | None
    ) -> UpstreamSays | None:
        """See `OpenAIWire.says_of`."""
        return await (await self._ready()).wire.says_of(model, generation_id, key)

    async def models_of(self, endpoint: Endpoint, *, is_public: bool) -> bytes:
        """See `OpenAIWire.models_of`."""
        return await (await self._ready()).wire.models_of(endpoint, is_public=is_public)

    async def hosts_of(self, model: str, key: Secret | None) -> bytes:
        """See `OpenAIWire.hosts_of`."""
        return await (await self._ready()).wire.hosts_of(model, key)

    async def list_models(self, endpoint: Endpoint) -> list[str]:
        """See `openai_lists.list_models`."""
        sdk = await self._ready()
        return await sdk.list_models(sdk.wire.client(endpoint))

    async def describe(self, key: Secret) -> KeyInfo:
        """See `OpenAIKeys.describe`."""
        return await (await self._ready()).keys.describe(key)

    async def exchange(self, code: str, verifier: str) -> Secret:
        """See `OpenAIKeys.exchange`."""
        return await (await self._ready()).keys.exchange(code, verifier)

    async def warm(self) -> None:
        """Makes what the first answer would wait for, once the first page is drawn."""
        await (await self._ready()).wire.warm()

    async def close(self) -> None:
        """Closes the pooled connections."""
        await self.worker.close()
        if self._sdk is not None:
            await self._sdk.wire.close()

    async def _stream_here(
        self, request: ChatRequest, key: Secret | None
    ) -> AsyncGenerator[Event, None]:
        self._reading_here += 1
        try:
            wire = (self._sdk or await self._imported()).wire
            events = cast("AsyncGenerator[Event, None]", wire.stream(request, key))
            async with aclosing(events) as source:
                async for event in source:
                    yield event
        finally:
            self._reading_here -= 1

    async def _stream_there(
        self, request: ChatRequest, key: Secret | None
    ) -> AsyncGenerator[Event, None]:
        if self.worker.is_ready:
            events = self.worker.stream(self._routes.endpoint(request.model, key), request)
        else:
            events = self._stream_here(request, key)
        async with aclosing(events) as source:
            async for event in source:
                yield event

    async def _ready(self) -> _Sdk:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._quiet_until_s - self._clock()):
                await self._is_there.wait()
        return await self._imported()

    async def _imported(self) -> _Sdk:
        async with self._importing:
            if self._sdk is None:
                self._sdk = await asyncio.to_thread(self._import)
                self._is_there.set()
        return self._sdk

    def _import(self) -> _Sdk:
        wires, keys, lists = (
            importlib.import_module(f"chat.providers.{name}")
            for name in ("openai_wire", "openai_keys", "openai_lists")
        )
        wire: OpenAIWire = wires.OpenAIWire(self._routes.endpoint, *self._timeouts_s)
        asks = keys.OpenAIKeys(wire.client, self._routes.openrouter)
        return _Sdk(wire, asks, lists.list_models)
