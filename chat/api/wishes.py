"""How a client wants an answer: the fields that its requests have in common, each checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chat.api.refused import RequestRefused
from chat.errors import InvalidKey
from chat.images import Image
from chat.keys import openrouter_key
from chat.messages import Message, Secret
from chat.parameters import Parameters

MODEL_CHARS = 300


@dataclass(frozen=True, slots=True)
class Wish:
    """How an answer is wanted; None leaves it to the app.

    Attributes:
        temperature: 0 to 2.
        top_p: 0 to 1.
        max_tokens: Upper limit of the answer, in tokens.
        key: The client's own OpenRouter key, for this request only.
        prompt: The whole prompt, or () to make it from the stored conversation.
        images: What is shown with the message that is to be answered.
        parameters: What else is wished of the model.
    """

    model: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    key: Secret | None = None
    prompt: tuple[Message, ...] = ()
    images: tuple[Image, ...] = ()
    parameters: Parameters = field(default_factory=Parameters)

    def with_key(self, key: Secret | None) -> "Wish":
        """The wish with this key, where it has none of its own."""
        return replace(self, key=self.key or key)


def read_key(text: str, where: str) -> Secret:
    """OpenRouter's key that was sent, checked as in the sidebar.

    Raises:
        RequestRefused: it cannot be one.
    """
    try:
        return openrouter_key(text)
    except InvalidKey as error:
        raise RequestRefused(f"{where} cannot be a key. {error.failure.detail}") from None


def read_model(value: object) -> str | None:
    """The id of a model; None where none is named.

    Raises:
        RequestRefused: it cannot be one.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > MODEL_CHARS or not value.isprintable():
        raise RequestRefused("`model` must be the id of a model.")
    return value.strip() or None


def read_number(fields: Mapping[str, object], name: str, least: float, most: float) -> float | None:
    """A number within bounds; None where none is named.

    Raises:
        RequestRefused: it is none, or out of bounds.
    """
    value = fields.get(name)
    if value is None:
        return None
    # JSON's true is a number to Python; and NaN is never between two numbers.
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise RequestRefused(f"`{name}` must be a number from {least:g} to {most:g}.")
    return float(value)


def read_whole(fields: Mapping[str, object], name: str, most: int) -> int | None:
    """A whole number from 1; None where none is named.

    Raises:
        RequestRefused: it is none, or out of bounds.
    """
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise RequestRefused(f"`{name}` must be a whole number from 1 to {most:,}.")
    return value
