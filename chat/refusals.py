"""Why a message cannot be sent as it is; the sentences for it are in `chat.ui.wording`."""

from typing import Literal

from chat.errors import ChatError

RefusalReason = Literal[
    "empty",
    "too_long",
    "not_text",
    "busy",
    "unknown_conversation",
    "over_budget",
    "no_price",
    "no_images",
]


class MessageRefused(ChatError):  # noqa: N818 - says what happened, like the rest of the tree
    """A message cannot be sent as it is; nothing was stored or asked.

    Args:
        reason: Which rule it breaks; `chat.ui.wording` has the sentence.
    """

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason: RefusalReason = reason
