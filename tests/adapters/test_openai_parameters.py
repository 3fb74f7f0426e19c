"""Parameters and images on the wire: OpenRouter's own fields go to who knows them only."""

import base64
from typing import Any

import pytest
from raw_upstream import FINISH, KEY, ask, sse, upstream

from chat.images import Image
from chat.messages import ChatRequest, Message
from chat.parameters import Parameters, Upstreams
from chat.providers.openai_wire import OpenAIWire
from chat.routing import Endpoint

HELLO = (Message("user", "hi"),)
ALL = Parameters(
    seed=7,
    effort="high",
    stop=("END", "\n"),
    upstreams=Upstreams(
        sort="latency",
        only=("deepinfra",),
        ignore=("together",),
        data_collection="deny",
        max_prompt_usd=1.5,
        max_completion_usd=0.0,
    ),
)


async def sent(request: ChatRequest, *, is_openrouter: bool = True) -> dict[str, Any]:
    """The body that an endpoint is sent."""
    async with upstream(sse(FINISH)) as server:
        endpoint = Endpoint(server.base_url, KEY, is_loopback=True, is_openrouter=is_openrouter)
        _, failure = await ask(OpenAIWire(lambda _model, _key: endpoint), request)
    assert failure is None
    return server.bodies[0]


async def test_every_parameter_is_sent_as_openrouter_calls_it() -> None:
    body = await sent(ChatRequest("m", HELLO, 9, top_p=0.5, parameters=ALL))

    assert (body["top_p"], body["seed"], body["max_tokens"]) == (0.5, 7, 9)
    assert body["stop"] == ["END", "\n"]
    assert body["reasoning"] == {"effort": "high"}
    assert body["provider"] == {
        "sort": "latency",
        "only": ["deepinfra"],
        "ignore": ["together"],
        "data_collection": "deny",
        "max_price": {"prompt": 1.5, "completion": 0.0},
    }


async def test_a_lane_of_one_provider_allows_no_other() -> None:
    alone = Parameters(upstreams=Upstreams(only=("deepinfra/fp8",), fallbacks=False))
    body = await sent(ChatRequest("m", HELLO, 9, parameters=alone))

    assert body["provider"] == {"only": ["deepinfra/fp8"], "allow_fallbacks": False}


async def test_what_is_not_wished_is_not_sent() -> None:
    body = await sent(ChatRequest("m", HELLO, 9))

    assert set(body) == {"model", "messages", "max_tokens", "stream", "stream_options"}


async def test_an_api_that_is_not_openrouters_is_sent_none_of_its_fields() -> None:
    body = await sent(ChatRequest("m", HELLO, 9, top_p=0.5, parameters=ALL), is_openrouter=False)

    assert (body["top_p"], body["seed"]) == (0.5, 7)
    assert not {"reasoning", "provider"} & set(body)


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp", "image/gif"])
async def test_an_image_is_sent_after_the_text_as_a_data_url(media_type: Any) -> None:
    message = Message("user", "What is this?", (Image(media_type, b"\x00\xff"),))

    body = await sent(ChatRequest("m", (message,), 9))

    data = base64.b64encode(b"\x00\xff").decode()
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{data}"}},
    ]
