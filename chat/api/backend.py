"""What the API's routes are given of the app: all of it passed in, nothing looked up here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chat.api.access import Access
from chat.api.limits import RateLimit, Slots
from chat.catalogue import Model
from chat.ended import Ended
from chat.errors import Failure
from chat.images import ImageLimits
from chat.refusals import RefusalReason
from chat.room import Room
from chat.server_key import ServerKey


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a request may be.

    Attributes:
        body_bytes: Largest body that is read.
        messages: Most messages in it.
        tokens: Most tokens of answer that may be asked for.
        default_tokens: How many are asked for where the request does not say.
        images: How much may be shown with one message.
    """

    body_bytes: int
    messages: int
    tokens: int
    default_tokens: int
    images: ImageLimits = field(default_factory=ImageLimits)


@dataclass(frozen=True, slots=True)
class Backend:
    """The app as the routes see it.

    Attributes:
        room: Where conversations are held that stay.
        access: Who asks.
        sizes: How large a request may be.
        rate: How often an owner may ask.
        slots: How many answers of an owner may run at once.
        ended: The answers that have just ended.
        server_key: The server's own key, and to whom it is lent.
        models: Gives what can be asked, in the picker's order.
        default_model: Gives the model where the request names none; told whether the client is
            on this machine.
        is_openrouter: Whether a model is OpenRouter's, so that a key is needed.
        explain: Gives the sentence of a failure; it holds no key.
        refuse: Gives the sentence for a message that cannot be sent, with its text.
        local_states: Gives how each local model is, in a word.
        has_openai: Whether OpenAI's clients are served.
        store_fault: Why the database that was set is not used, or None.
    """

    room: Room
    access: Access
    sizes: Sizes
    rate: RateLimit
    slots: Slots
    ended: Ended
    server_key: ServerKey
    models: Callable[[], Sequence[Model]]
    default_model: Callable[[bool], str]
    is_openrouter: Callable[[str], bool]
    explain: Callable[[Failure], str]
    refuse: Callable[[RefusalReason, str], str]
    local_states: Callable[[], Mapping[str, str]]
    has_openai: bool = False
    store_fault: str | None = None
