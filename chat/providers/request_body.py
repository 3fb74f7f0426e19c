"""Our request as the openai SDK takes it: messages with their images, and OpenRouter's own fields.

Sources: OpenRouter's pages on image understanding, reasoning tokens and provider selection.
"""

import base64
from typing import Any

from openai.types.chat import ChatCompletionContentPartParam, ChatCompletionMessageParam

from chat.messages import ChatRequest, Message
from chat.parameters import Upstreams

Json = dict[str, Any]  # Any: JSON objects, whose values are of every kind


def message_param(message: Message) -> ChatCompletionMessageParam:
    """A message; one with images in parts, the text first."""
    match message.role:
        case "system":
            return {"role": "system", "content": message.text}
        case "assistant":
            return {"role": "assistant", "content": message.text}
        case "user":
            if not message.images:
                return {"role": "user", "content": message.text}
            parts: list[ChatCompletionContentPartParam] = [{"type": "text", "text": message.text}]
            for image in message.images:
                data = base64.b64encode(image.data).decode()
                url = f"data:{image.media_type};base64,{data}"
                parts.append({"type": "image_url", "image_url": {"url": url}})
            return {"role": "user", "content": parts}


def openrouter_fields(request: ChatRequest) -> Json:
    """What only OpenRouter knows; {} where nothing of it is wished."""
    fields: Json = {}
    if request.parameters.effort is not None:
        fields["reasoning"] = {"effort": request.parameters.effort}
    provider = _provider(request.parameters.upstreams)
    return fields | ({"provider": provider} if provider else {})


def _provider(upstreams: Upstreams) -> Json:
    prices = {"prompt": upstreams.max_prompt_usd, "completion": upstreams.max_completion_usd}
    wishes: Json = {
        "sort": upstreams.sort,
        "only": list(upstreams.only),
        "ignore": list(upstreams.ignore),
        "data_collection": upstreams.data_collection,
        "max_price": {name: usd for name, usd in prices.items() if usd is not None},
    }
    without = {} if upstreams.fallbacks else {"allow_fallbacks": False}
    return {name: wish for name, wish in wishes.items() if wish} | without
