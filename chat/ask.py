"""How an answer is wanted: the values that go with a message to `chat.turn`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chat.budget import Budget
from chat.catalogue import Model, takes_images
from chat.images import Image
from chat.messages import Message, Secret
from chat.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Ask:
    """How an answer is wanted: the model and its parameters, and the key to ask with.

    Attributes:
        max_tokens: Upper limit of the answer, in tokens.
        temperature: 0 to 2, or None for the model's own.
        top_p: Above 0 to 1, likewise.
        system_prompt: "" for none.
        fallbacks: Models to ask in this order when the one before cannot answer.
        budget: What the answer may use, with the prices and what the session has used.
        parameters: What else is wished. Each model is sent what it takes of all this.
        is_lent: Whether the key is the server's, lent within a budget.
        images: What is shown with the message.
        known: What is known of the models that may be asked, by id.
        messages: The whole prompt, where it is not to be made from the conversation.
    """

    model: str
    max_tokens: int
    temperature: float | None = None
    system_prompt: str = ""
    key: Secret | None = field(default=None)
    fallbacks: tuple[str, ...] = ()
    budget: Budget = field(default_factory=Budget)
    is_lent: bool = False
    messages: tuple[Message, ...] = ()
    top_p: float | None = None
    parameters: Parameters = field(default_factory=Parameters)
    images: tuple[Image, ...] = ()
    known: Mapping[str, Model] = field(default_factory=dict)

    @property
    def sees_images(self) -> bool:
        """Whether the model takes images, as far as is known."""
        return takes_images(self.known.get(self.model))
