"""What each model of an ask is sent: nothing that it does not take, nothing that it cannot see."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from chat.ask import Ask
from chat.catalogue import Model, takes_images
from chat.messages import ChatRequest, Message
from chat.parameters import taken_by, tokens_within
from chat.prompt import shown

Wished = TypeVar("Wished", Ask, ChatRequest)


def fitted(wished: Wished, model: Model | None) -> Wished:
    """What is left of a wish that the model takes; of one that nobody knows, all."""
    if model is None:
        return wished
    return replace(
        wished,
        max_tokens=tokens_within(model, wished.max_tokens),
        temperature=wished.temperature if model.takes("temperature") else None,
        top_p=wished.top_p if model.takes("top_p") else None,
        parameters=taken_by(model, wished.parameters),
    )


def requests_of(ask: Ask, prompt: Sequence[Message]) -> list[ChatRequest]:
    """What is asked of each model, the chosen one first, then the fallbacks in their order.

    Without the fallbacks that could not see an image which they are asked about: whatever they
    said of it would be made up.

    Args:
        ask: What is known of the models is in it.
        prompt: With all images.
    """
    asking = next((message for message in reversed(prompt) if message.role == "user"), None)
    is_about_images = asking is not None and bool(asking.images)
    names = [name for name in dict.fromkeys(ask.fallbacks) if name != ask.model]
    if is_about_images:
        names = [name for name in names if takes_images(ask.known.get(name))]
    return [_request(ask, name, prompt) for name in (ask.model, *names)]


def _request(ask: Ask, name: str, prompt: Sequence[Message]) -> ChatRequest:
    model = ask.known.get(name)
    sees_images = takes_images(model)
    request = ChatRequest(
        model=name,
        messages=tuple(shown(message, sees_images=sees_images) for message in prompt),
        max_tokens=ask.max_tokens,
        temperature=ask.temperature,
        top_p=ask.top_p,
        parameters=ask.parameters,
    )
    return fitted(request, model)
