"""What OpenAI's clients send to `/v1/chat/completions` → what is wanted.

Lenient: unknown fields, tools among them, are ignored, as other servers do.
Source: https://platform.openai.com/docs/api-reference/chat/create
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from chat.api.chat_body import text_of_content
from chat.api.refused import RequestRefused
from chat.api.wishes import Wish, read_key, read_model, read_number, read_whole
from chat.messages import Message, Role

_ROLES: dict[object, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}


@dataclass(frozen=True, slots=True)
class CompletionBody:
    """One request for a completion.

    Attributes:
        wish: How it is wanted, the whole prompt included.
        text: The message that the answer is stored with.
        is_streamed: Whether it is wanted as a stream.
        has_usage: Whether the stream is to end with the usage.
    """

    wish: Wish
    text: str
    is_streamed: bool
    has_usage: bool


def read_completion_body(body: object, max_messages: int, max_tokens_limit: int) -> CompletionBody:
    """What a JSON body asks for.

    Raises:
        RequestRefused: it cannot be understood, or asks for too much.
    """
    if not isinstance(body, Mapping):
        raise RequestRefused("Send a JSON object with `model` and `messages`.")
    fields = cast("Mapping[str, object]", body)
    prompt = _prompt(fields.get("messages"), max_messages)
    if fields.get("n") not in (None, 1):
        raise RequestRefused("`n` must be 1.")
    options = fields.get("stream_options")
    key = fields.get("apiKey")
    limit = "max_completion_tokens" if fields.get("max_completion_tokens") else "max_tokens"
    return CompletionBody(
        Wish(
            model=read_model(fields.get("model")),
            temperature=read_number(fields, "temperature", 0.0, 2.0),
            top_p=read_number(fields, "top_p", 0.0, 1.0),
            max_tokens=read_whole(fields, limit, max_tokens_limit),
            key=read_key(key, "`apiKey`") if isinstance(key, str) and key else None,
            prompt=prompt,
        ),
        text=next((m.text for m in reversed(prompt) if m.role == "user"), prompt[-1].text),
        is_streamed=fields.get("stream") is True,
        has_usage=isinstance(options, Mapping) and options.get("include_usage") is True,
    )


def _prompt(messages: object, most: int) -> tuple[Message, ...]:
    if not isinstance(messages, Sequence) or isinstance(messages, str) or not messages:
        raise RequestRefused("Send `messages`, a list of messages.")
    if len(messages) > most:
        raise RequestRefused(f"Too many messages: {len(messages)}; the limit is {most}.", 413)
    prompt = tuple(_message(message) for message in messages)
    if not prompt[-1].text.strip():
        raise RequestRefused("The last message must have a text.")
    return prompt


def _message(message: object) -> Message:
    if not isinstance(message, Mapping):
        raise RequestRefused("A message must be a JSON object.")
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise RequestRefused("The role of a message must be system, developer, user or assistant.")
    # An assistant's message may have no content.
    return Message(_ROLES[role], text_of_content(message.get("content") or ""))
