"""The values a conversation is made of: what was said, by whom, and what is asked of a model."""

from dataclasses import dataclass, field
from typing import Literal

from chat.images import Image
from chat.parameters import Parameters

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a model is given it; only a user's has images."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Secret:
    """A key that shows nothing of itself when it is printed, logged or raised.

    Attributes:
        is_lent: It is this server's own, used for a visitor who has none.
    """

    value: str = field(repr=False)
    is_lent: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return "********"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What one answer is asked for.

    Attributes:
        model: The id the visitor chose, with its prefix (`sim/…`, `local/…`, or OpenRouter's).
        messages: The whole prompt, oldest first, system message included.
        max_tokens: Upper limit of the answer, in tokens. Always sent: OpenRouter reserves the
            model's full output otherwise, and small balances then fail with 402.
        temperature: Sampling temperature, 0 to 2, or None for the model's own.
        top_p: Nucleus sampling, above 0 to 1, likewise.
        parameters: What else is wished; an API that does not know a field is not sent it.
    """

    model: str
    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    parameters: Parameters = field(default_factory=Parameters)
