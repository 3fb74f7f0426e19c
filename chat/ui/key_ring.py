"""The visitor's key as one tab holds it, in memory; `chat.ui.key_box` does something with it."""

from dataclasses import dataclass, field

from chat.conversations import new_id
from chat.messages import Secret


@dataclass(frozen=True, slots=True)
class Errand:
    """What the page's script is to post, once: where, and the ticket it carries."""

    path: str
    ticket: str = ""
    number: str = field(default_factory=new_id)


@dataclass(slots=True)
class KeyRing:
    """The visitor's key in this tab.

    Attributes:
        key: What answers are asked for with, or None.
        fault: A sentence about the last attempt to give one; "" where it went well.
        claim: What to collect after a sign-in at OpenRouter, or None.
        is_remembered: Whether this browser is to remember the key.
        errand: What the page's script is to do for that, or None.
    """

    key: Secret | None = None
    fault: str = ""
    claim: str | None = None
    is_remembered: bool = False
    errand: Errand | None = None
