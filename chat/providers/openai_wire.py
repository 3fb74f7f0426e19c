"""The openai SDK as a provider: one request out, our events in, for any OpenAI-compatible API.

Serves OpenRouter, the simulator and the embedded model alike; which is meant is the endpoint's
affair. No retry here (`max_retries=0`): there is one retry layer, and it is not the SDK's.
"""

import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

import httpx2
import openai

from chat.errors import BadAnswer, ProviderError, ReplyInterrupted
from chat.events import Event, Opened, Usage, Waiting
from chat.measures import UpstreamSays
from chat.messages import ChatRequest, Secret
from chat.providers.chunks import ChunkReader
from chat.providers.generation import says_of_generation, usage_of_generation
from chat.providers.keep_alives import until_first
from chat.providers.last_event import failed_chunk, keep_last_bytes
from chat.providers.leaving import tell_when_leaving
from chat.providers.masking import without_secret
from chat.providers.openai_errors import error_of, error_of_body
from chat.providers.request_body import message_param, openrouter_fields
from chat.routing import Endpoint
from chat.settings import foreign_names

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 300.0
"""Longest silence; keep-alive comments count as sound. A long local prefill is silent, too."""

_NOBODY = "http://127.0.0.1:1"
"""A port of this machine where nobody listens: connections to it are refused at once."""

_NO_KEY = Secret("-")
"""Stands where the SDK insists on a key; not sent."""

MODELS_TIMEOUT_S = 20.0
"""Longest silence while the list of models comes; nobody waits for it."""

_ERROR_BODY_BYTES = 64_000

Value = TypeVar("Value", int, float, list[str])

EndpointOf = Callable[[str, Secret | None], Endpoint]


class OpenAIWire:
    """A `Provider` over the openai SDK's async client.

    Connections are pooled for the life of the process and belong to the engine's loop.

    Args:
        endpoint_of: Where to ask for a model; may raise `ProviderError`.
        read_timeout_s: Longest silence that is waited through, in seconds.
        connect_timeout_s: Longest wait for a connection, in seconds.
    """

    def __init__(
        self,
        endpoint_of: EndpointOf,
        read_timeout_s: float = READ_TIMEOUT_S,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> None:
        self._endpoint_of = endpoint_of
        self._timeout = openai.Timeout(read_timeout_s, connect=connect_timeout_s)
        self._pools: dict[bool, openai.DefaultAsyncHttpxClient] = {}

    async def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:
        """See `chat.ports.Provider.stream`."""
        endpoint = self._endpoint_of(request.model, key)
        async with aclosing(self.stream_from(endpoint, request)) as events:
            async for event in events:
                yield event

    async def stream_from(
        self, endpoint: Endpoint, request: ChatRequest
    ) -> AsyncGenerator[Event, None]:
        """Likewise, from an endpoint that was found before."""
        try:
            async with aclosing(self._events(endpoint, request)) as events:
                async for event in events:
                    yield event
        except ProviderError as error:
            error.failure = replace(
                # An upstream may quote the key it refused.
                without_secret(error.failure, endpoint.key),
                endpoint=endpoint.prefix.rstrip("/"),
                is_lent_key=endpoint.key.is_lent,
            )
            raise

    async def _events(
        self, endpoint: Endpoint, request: ChatRequest
    ) -> AsyncGenerator[Event, None]:
        reader = ChunkReader()
        failed: ProviderError | None = None
        try:
            async with aclosing(self._read(endpoint, request, reader)) as events:
                async for event in events:
                    yield event
        except ProviderError as error:
            failed = error
        failed = failed or reader.declined
        # What was counted is told of a failed answer, too.
        for event in reader.end(is_whole=failed is None):
            yield event
        if failed is not None:
            raise failed from None
        if not reader.has_finished:
            raise ReplyInterrupted("The stream ended without a finish reason.")

    async def _read(
        self, endpoint: Endpoint, request: ChatRequest, reader: ChunkReader
    ) -> AsyncGenerator[Event, None]:
        """Everything up to the last chunk; raises every failure as one of ours."""
        chunks = await self._open(endpoint, request)
        response = chunks.response
        try:
            async with chunks:
                yield Opened(generation_id=response.headers.get("x-generation-id"))
                if "text/event-stream" not in response.headers.get("content-type", ""):
                    raise await _error_of_plain_answer(chunks)
                async with aclosing(until_first(chunks, response.stream)) as beginning:
                    async for seen in beginning:
                        for event in [seen] if isinstance(seen, Waiting) else reader.read(seen):
                            yield event
                async for chunk in chunks:
                    for event in reader.read(chunk):
                        yield event
        except openai.OpenAIError as error:
            # With its finish reason the answer is whole, however the connection ends after it.
            if reader.has_finished and isinstance(error, openai.APIConnectionError):
                return
            for event in reader.read_failed(failed_chunk(response)):
                yield event
            raise error_of(error) from None
        except (ValueError, RecursionError):
            # The SDK lets faults of decoding through as they are; they quote the upstream's text.
            raise BadAnswer("A part of the stream was not valid JSON.") from None

    async def usage_of(self, model: str, generation_id: str, key: Secret | None) -> Usage | None:
        """What the upstream counted for an answer, asked afterwards; None where it is not said.

        OpenRouter answers 404 for some seconds, longer after a stop.

        Raises:
            ProviderError: it cannot be asked.
        """
        return usage_of_generation(await self._generation(model, generation_id, key))

    async def says_of(
        self, model: str, generation_id: str, key: Secret | None
    ) -> UpstreamSays | None:
        """The upstream's own figures about an answer; None and raises as `usage_of`."""
        return says_of_generation(await self._generation(model, generation_id, key))

    async def _generation(self, model: str, generation_id: str, key: Secret | None) -> object:
        """The body of `/generation`; None where there is none (yet)."""
        endpoint = self._endpoint_of(model, key)
        if endpoint.prefix:
            return None  # The call is OpenRouter's own.
        try:
            return await self.client(endpoint).get(
                "/generation", cast_to=object, options={"params": {"id": generation_id}}
            )
        except openai.NotFoundError:
            return None
        except openai.OpenAIError as error:
            failed = error_of(error)
            failed.failure = without_secret(failed.failure, endpoint.key)
            raise failed from None

    async def models_of(self, endpoint: Endpoint, *, is_public: bool) -> bytes:
        """The list of models as it came, JSON or not; see `chat.catalogue_json`.

        Args:
            endpoint: Whom to ask.
            is_public: Ask for everybody's list, without a key; else for what the key may use.

        Raises:
            ProviderError: it cannot be asked; a retry later makes sense.
        """
        path = "/models" if is_public else "/models/user"
        return await self._bytes_of(endpoint, path, has_key=not is_public)

    async def hosts_of(self, model: str, key: Secret | None) -> bytes:
        """Who serves a model, as it came; see `chat.hosts`.

        https://openrouter.ai/docs/api/api-reference/endpoints/list-endpoints

        Raises:
            ProviderError: it cannot be asked; a retry later makes sense.
        """
        # Public, but only who has a key is told how quick they are.
        endpoint = self._endpoint_of(model, key or _NO_KEY)
        path = quote(model.removeprefix(endpoint.prefix), safe="/:")
        return await self._bytes_of(
            endpoint, f"/models/{path}/endpoints", has_key=endpoint.key != _NO_KEY
        )

    async def _bytes_of(self, endpoint: Endpoint, path: str, *, has_key: bool) -> bytes:
        try:
            answer = await self.client(endpoint).get(
                path,
                # As it came: the SDK would let a fault of decoding through, with the text in it.
                cast_to=httpx2.Response,
                options={
                    "timeout": openai.Timeout(MODELS_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
                    "headers": {} if has_key else {"Authorization": openai.Omit()},
                },
            )
        except openai.OpenAIError as error:
            failed = error_of(error)
            failed.failure = without_secret(failed.failure, endpoint.key)
            raise failed from None
        return answer.content

    async def warm(self) -> None:
        """Makes what the first request would wait for: connection pools, certificates, a client."""
        for is_loopback in (False, True):
            client = self.client(Endpoint(_NOBODY, Secret("-"), is_loopback=is_loopback))
        # The SDK imports and builds much at its first request, for 150 ms and more: it goes to a
        # port of this machine where nobody listens, and fails at once.
        with contextlib.suppress(openai.OpenAIError):
            await client.chat.completions.create(model="-", messages=[], stream=True)

    async def close(self) -> None:
        """Closes the pooled connections; on the engine's loop."""
        for pool in self._pools.values():
            await pool.aclose()

    async def _open(self, endpoint: Endpoint, request: ChatRequest) -> openai.AsyncStream[object]:
        fields = openrouter_fields(request) if endpoint.is_openrouter else {}
        messages = [message_param(message) for message in request.messages]
        client = self.client(endpoint)
        try:
            typed = await client.chat.completions.create(
                model=request.model.removeprefix(endpoint.prefix),
                # As `messages` the SDK would walk through each by its types: 80 ms for 500 of them,
                # on the loop of all answers. What is in `extra_body` it puts in their place as is.
                messages=[],
                max_tokens=request.max_tokens,
                temperature=_or_omit(request.temperature),
                top_p=_or_omit(request.top_p),
                seed=_or_omit(request.parameters.seed),
                stop=_or_omit(list(request.parameters.stop) or None),
                extra_body={"messages": messages, **fields},
                stream=True,
                stream_options={"include_usage": True},
            )
        except openai.OpenAIError as error:
            raise error_of(error) from None
        # The same stream, of JSON: see `chunks` on what building the SDK's types costs.
        return openai.AsyncStream(cast_to=object, response=typed.response, client=client)

    def client(self, endpoint: Endpoint) -> openai.AsyncOpenAI:
        """A client for an endpoint, over the pooled connections; on the engine's loop."""
        # The SDK reads them at each client; any library may have set one since the start.
        for name in foreign_names(os.environ):
            os.environ.pop(name, None)
        return openai.AsyncOpenAI(
            api_key=endpoint.key.value,
            base_url=endpoint.base_url,
            max_retries=0,
            timeout=self._timeout,
            default_headers=dict(endpoint.headers),
            http_client=self._pool(is_loopback=endpoint.is_loopback),
        )

    def _pool(self, *, is_loopback: bool) -> openai.DefaultAsyncHttpxClient:
        # A proxy of the environment may lead to the internet; it never leads to this machine.
        if is_loopback not in self._pools:
            self._pools[is_loopback] = openai.DefaultAsyncHttpxClient(
                trust_env=not is_loopback,
                event_hooks={"request": [tell_when_leaving], "response": [keep_last_bytes]},
            )
        return self._pools[is_loopback]


def _or_omit(value: Value | None) -> Value | openai.Omit:
    return openai.omit if value is None else value


async def _error_of_plain_answer(chunks: openai.AsyncStream[object]) -> ProviderError:
    """What a 200 that is no event stream means; the SDK would show it as an empty answer."""
    body = b""
    try:
        async for piece in chunks.response.aiter_bytes():
            body += piece
            if len(body) > _ERROR_BODY_BYTES:
                break
    except httpx2.HTTPError:
        pass  # What came before the connection broke may still tell what is wrong.
    return error_of_body(body.decode("utf-8", "replace"))
