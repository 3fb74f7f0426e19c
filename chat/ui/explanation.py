"""What a failure is said with: two sentences and a button. Which ones is `wording`'s affair."""

from dataclasses import dataclass
from typing import Literal

Action = Literal[
    "retry",
    "wait",
    "continue",
    "continue_with",
    "shorten",
    "reword",
    "lower_max_tokens",
    "raise_limit",
    "choose_model",
    "enter_key",
]
"""What the one button of a failure does. "shorten" and "reword" both edit the message; "wait" is a
retry that is worth it only after `retry_after_s` or `resets_epoch_s`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, in one sentence; what to do, in one line; and the button that does it."""

    happened: str
    to_do: str
    action: Action = "retry"
