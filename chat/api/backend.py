"""What the API's routes are given of the app: all of it passed in, nothing looked up here."""

from collections.abc import Callable
from dataclasses import dataclass

from chat.api.access import Access
from chat.api.limits import RateLimit
from chat.errors import Failure
from chat.refusals import RefusalReason
from chat.room import Room
from chat.turn import Ask


@dataclass(frozen=True, slots=True)
class Backend:
    """The app as the routes see it.

    Attributes:
        room: Where conversations are held that stay.
        access: Who asks.
        default_ask: How an answer is wanted where the request does not say; its model too.
        explain: Gives the sentence of a failure; it holds no key.
        refuse: Gives the sentence for a message that cannot be sent, with its text.
        rate: How often an owner may ask.
        max_running: Answers of one owner that may run at once.
        max_body_bytes: Largest body that is read.
        max_messages: Most messages in it.
        max_tokens_limit: Most tokens of answer that may be asked for.
    """

    room: Room
    access: Access
    default_ask: Callable[[], Ask]
    explain: Callable[[Failure], str]
    refuse: Callable[[RefusalReason, str], str]
    rate: RateLimit
    max_running: int
    max_body_bytes: int
    max_messages: int
    max_tokens_limit: int
