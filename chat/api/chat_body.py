"""What a front end of the AI SDK sends → what is wanted; versions 4 to 7, and `{id, message}`.

Unknown fields are ignored, and the parts that we sent are accepted back; files must be images.
Nothing is looked up here.
Sources: `DefaultChatTransport` of ai 5 to 7, `useChat` of ai 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from chat.api.refused import RequestRefused
from chat.api.sent_images import attachments_of, file_of, images_in
from chat.api.wishes import Wish, read_key, read_model, read_number, read_whole
from chat.images import ImageLimits
from chat.messages import Message, Role, Secret

Dialect = Literal["ui_messages", "data_stream"]
"""Which wire format the client reads: that of ai 5 to 7, or that of ai 4."""

CHAT_ID_CHARS = 200
REGENERATE = "regenerate-message"
_ROLES: frozenset[str] = frozenset({"system", "user", "assistant"})
_FOR_SCREENS = "data"
"""The role of version 4's messages that only its own page reads."""


@dataclass(frozen=True, slots=True)
class ChatBody:
    """One request for an answer.

    Attributes:
        chat_id: The client's name for the conversation.
        dialect: Which wire format the client reads.
        messages: What it sent of the conversation, oldest first; the last is the user's. Their
            texts and images only.
        is_whole: Whether that is the whole conversation, not the last message alone.
        wants_another: Whether it asks for another answer to a message that was sent before.
        about_id: The message that is to be answered again or changed, where the client says so;
            ours, or a name of its own.
        wish: How the answer is wanted; the prompt in it only where the whole conversation came.
    """

    chat_id: str
    dialect: Dialect
    messages: tuple[Message, ...]
    is_whole: bool = True
    wants_another: bool = False
    about_id: str = ""
    wish: Wish = field(default_factory=Wish)


def read_chat_body(
    body: object, max_messages: int, max_tokens_limit: int, images: ImageLimits
) -> ChatBody:
    """What a JSON body asks for.

    Args:
        body: The parsed JSON.
        max_messages: Most messages that are accepted.
        max_tokens_limit: Most tokens of answer that may be asked for.
        images: How many images may go with one message.

    Raises:
        RequestRefused: it cannot be understood, or asks for too much.
    """
    if not isinstance(body, Mapping):
        raise RequestRefused("Send a JSON object with `id` and `messages`.")
    fields = cast("Mapping[str, object]", body)
    sent, is_whole = _messages_of(fields)
    if len(sent) > max_messages:
        raise RequestRefused(f"Too many messages: {len(sent)}; the limit is {max_messages}.", 413)
    # Version 4 sends `content` without `parts` or `trigger`; every later one sends `parts`.
    is_new = "trigger" in fields or any("content" not in message for message in sent)
    wants_another = fields.get("trigger") == REGENERATE
    messages = [_message(one, images) for one in sent if one.get("role") != _FOR_SCREENS]
    if wants_another:
        while messages and messages[-1].role == "assistant":
            messages.pop()
    if not messages or messages[-1].role != "user":
        raise RequestRefused("The last message must be the user's.")
    messages = [*(m for m in messages[:-1] if m.text or m.images), messages[-1]]
    about = fields.get("messageId")
    return ChatBody(
        chat_id=_chat_id(fields.get("id")),
        dialect="ui_messages" if is_new else "data_stream",
        messages=tuple(messages),
        is_whole=is_whole,
        wants_another=wants_another,
        about_id=about if isinstance(about, str) else "",
        wish=Wish(
            model=read_model(fields.get("model")),
            temperature=read_number(fields, "temperature", 0.0, 2.0),
            top_p=read_number(fields, "topP", 0.0, 1.0),
            max_tokens=read_whole(fields, "maxTokens", max_tokens_limit),
            key=_key(fields.get("apiKey")),
            prompt=tuple(messages) if is_whole else (),
            images=messages[-1].images,
        ),
    )


def _messages_of(fields: Mapping[str, object]) -> tuple[list[Mapping[str, object]], bool]:
    one, many = fields.get("message"), fields.get("messages")
    sent = many if isinstance(many, Sequence) and not isinstance(many, str) else [one]
    if not all(isinstance(message, Mapping) for message in sent):
        raise RequestRefused("Send `messages`, a list of messages, or `message`, the last of them.")
    return [cast("Mapping[str, object]", message) for message in sent], sent is many


def _message(message: Mapping[str, object], limits: ImageLimits) -> Message:
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise RequestRefused("The role of a message must be system, user or assistant.")
    # What an assistant showed is none of the images that models take.
    files = [*_files(message.get("parts")), *attachments_of(message)] if role == "user" else []
    return Message(cast("Role", role), _text(message), images_in(files, limits))


def _files(parts: object) -> list[tuple[str, str]]:
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        return []
    return [found for part in parts if (found := file_of(part)) is not None]


def _text(message: Mapping[str, object]) -> str:
    """The text of a message: its text parts, or its content where it has no parts."""
    parts = message.get("parts")
    if isinstance(parts, Sequence) and not isinstance(parts, str):
        found = [_text_part(part) for part in parts]
        if any(found) or "content" not in message:
            return "".join(found)
    return text_of_content(message.get("content", ""))


def text_of_content(content: object) -> str:
    """The text of a message's content: a text, or a list of parts.

    Raises:
        RequestRefused: it is neither.
    """
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        return "".join(_text_part(part) for part in content)
    raise RequestRefused("The content of a message must be text.")


def _text_part(part: object) -> str:
    """The text of a text part; other parts, ours among them, say nothing to a model."""
    if not isinstance(part, Mapping) or part.get("type") != "text":
        return ""
    text = part.get("text")
    if not isinstance(text, str):
        raise RequestRefused("A text part must have a text.")
    return text


def _chat_id(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > CHAT_ID_CHARS:
        raise RequestRefused(f"`id` must be a text of 1 to {CHAT_ID_CHARS} characters.")
    if not (value.isascii() and value.isprintable()):
        raise RequestRefused("`id` must be of printable ASCII characters.")
    if "/" in value:
        # Streamlit's server gives no route an id with one, so it could be asked but not followed.
        raise RequestRefused("`id` must not have a slash in it.")
    return value


def _key(value: object) -> Secret | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise RequestRefused("`apiKey` must be a text.")
    return read_key(value, "`apiKey`")
