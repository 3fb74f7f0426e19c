"""What OpenAI's clients send to `/v1/chat/completions` → what is wanted.

Lenient, as other servers are: a field that cannot be passed on is left out, and named in the
answer's headers. What belongs to the prompt is never left out: it is passed on or refused.
Source: https://platform.openai.com/docs/api-reference/chat/create
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from chat.api.chat_body import text_of_content
from chat.api.refused import RequestRefused
from chat.api.sent_images import file_of, images_in
from chat.api.wishes import Wish, read_key, read_model, read_number, read_whole
from chat.ask import Ask
from chat.images import ImageLimits
from chat.messages import Message, Role
from chat.parameters import Parameters
from chat.prompt import is_text

_ROLES: dict[object, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
NO_TOOLS = "Tools cannot be used here, so a message of role `tool` or `function` has no place."
NO_CALLS = "Tools cannot be used here, so a message with `tool_calls` has no place."
NO_FILES = "Files cannot be sent; send an image as an `image_url` part."
NO_SUCH_PART = "Only `text` parts, and `image_url` parts of a user's message, can be sent."
_KNOWN = frozenset(
    {
        "apiKey",
        "max_completion_tokens",
        "max_tokens",
        "messages",
        "model",
        "n",
        "reasoning_effort",
        "seed",
        "stop",
        "stream",
        "stream_options",
        "temperature",
        "top_p",
    }
)
MOST_STOPS = 4
STOP_CHARS = 200
SEED_LIMIT = 2**63 - 1
EFFORT_CHARS = 20
_NAMED = 20
_FIELD_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class CompletionBody:
    """One request for a completion.

    Attributes:
        wish: How it is wanted, the whole prompt included.
        text: The message that the answer is stored with.
        is_streamed: Whether it is wanted as a stream.
        has_usage: Whether the stream is to end with the usage.
        unknown: Fields that cannot be passed on to any model.
    """

    wish: Wish
    text: str
    is_streamed: bool
    has_usage: bool
    unknown: tuple[str, ...] = ()

    def left_out(self, taken: Ask) -> tuple[str, ...]:
        """The fields that the answer takes no account of, where this is what the model takes."""
        wished = self.wish.parameters
        lost = {
            "temperature": self.wish.temperature != taken.temperature,
            "top_p": self.wish.top_p != taken.top_p,
            "seed": wished.seed != taken.parameters.seed,
            "reasoning_effort": wished.effort != taken.parameters.effort,
            "stop": wished.stop != taken.parameters.stop,
        }
        return (*self.unknown, *(name for name, is_lost in lost.items() if is_lost))


def read_completion_body(
    body: object, max_messages: int, max_tokens_limit: int, images: ImageLimits
) -> CompletionBody:
    """What a JSON body asks for.

    Raises:
        RequestRefused: it cannot be understood, or asks for too much.
    """
    if not isinstance(body, Mapping):
        raise RequestRefused("Send a JSON object with `model` and `messages`.")
    fields = cast("Mapping[str, object]", body)
    prompt = _prompt(fields.get("messages"), max_messages, images)
    if fields.get("n") not in (None, 1):
        raise RequestRefused("`n` must be 1.")
    options = fields.get("stream_options")
    key = fields.get("apiKey")
    limit = "max_completion_tokens" if fields.get("max_completion_tokens") else "max_tokens"
    asking = next((m for m in reversed(prompt) if m.role == "user"), prompt[-1])
    return CompletionBody(
        Wish(
            model=read_model(fields.get("model")),
            temperature=read_number(fields, "temperature", 0.0, 2.0),
            top_p=read_number(fields, "top_p", 0.0, 1.0),
            max_tokens=read_whole(fields, limit, max_tokens_limit),
            key=read_key(key, "`apiKey`") if isinstance(key, str) and key else None,
            prompt=prompt,
            images=asking.images,
            parameters=Parameters(
                seed=_seed(fields.get("seed")),
                effort=_effort(fields.get("reasoning_effort")),
                stop=_stop(fields.get("stop")),
            ),
        ),
        text=asking.text,
        is_streamed=fields.get("stream") is True,
        has_usage=isinstance(options, Mapping) and options.get("include_usage") is True,
        unknown=_unknown(name for name, value in fields.items() if value is not None),
    )


def _prompt(messages: object, most: int, images: ImageLimits) -> tuple[Message, ...]:
    if not isinstance(messages, Sequence) or isinstance(messages, str) or not messages:
        raise RequestRefused("Send `messages`, a list of messages.")
    if len(messages) > most:
        raise RequestRefused(f"Too many messages: {len(messages)}; the limit is {most}.", 413)
    prompt = tuple(_message(message, images) for message in messages)
    if not (prompt[-1].text.strip() or prompt[-1].images):
        raise RequestRefused("The last message must have a text.")
    return prompt


def _message(message: object, limits: ImageLimits) -> Message:
    if not isinstance(message, Mapping):
        raise RequestRefused("A message must be a JSON object.")
    role = message.get("role")
    if role in ("tool", "function"):
        raise RequestRefused(NO_TOOLS)
    if not isinstance(role, str) or role not in _ROLES:
        raise RequestRefused("The role of a message must be system, developer, user or assistant.")
    if message.get("tool_calls") or message.get("function_call"):
        raise RequestRefused(NO_CALLS)
    content = message.get("content")
    if content is None and role == "assistant":
        content = ""
    parts = [] if isinstance(content, str) or not isinstance(content, Sequence) else content
    for part in parts:
        _check_part(part, role)
    text = text_of_content(content)
    files = [found for part in parts if (found := file_of(part)) is not None]
    return Message(_ROLES[role], text, images_in(files, limits))


def _check_part(part: object, role: str) -> None:
    """Looks whether a part of a message's content can be passed on.

    Raises:
        RequestRefused: it cannot.
    """
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "file":
        raise RequestRefused(NO_FILES)
    if kind != "text" and not (kind == "image_url" and role == "user"):
        raise RequestRefused(NO_SUCH_PART)


def _seed(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > SEED_LIMIT:
        raise RequestRefused("`seed` must be a whole number of 64 bits.")
    return value


def _effort(value: object) -> str | None:
    if value is None:
        return None
    is_word = isinstance(value, str) and value.isascii() and value.isalpha()
    if not isinstance(value, str) or not is_word or len(value) > EFFORT_CHARS:
        raise RequestRefused("`reasoning_effort` must be a word, such as low, medium or high.")
    return value


def _stop(value: object) -> tuple[str, ...]:
    stops = [] if value is None else [value] if isinstance(value, str) else value
    is_list = isinstance(stops, Sequence) and len(stops) <= MOST_STOPS
    if not isinstance(stops, Sequence) or not is_list or not all(map(_is_stop, stops)):
        raise RequestRefused(f"`stop` must be a text, or a list of up to {MOST_STOPS} texts.")
    return tuple(stops)


def _is_stop(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= STOP_CHARS and is_text(value)


def _unknown(names: Iterable[str]) -> tuple[str, ...]:
    """What of these fields can be passed to nobody; names that no header can hold left out."""
    found = (name for name in names if name not in _KNOWN and _FIELD_NAME.fullmatch(name))
    return tuple(sorted(found)[:_NAMED])
