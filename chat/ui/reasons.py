"""Why nobody serves a model, and when a limit ends, in plain words. The rest is in `wording`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Final

WHY_NOBODY: Final[Mapping[str, tuple[str, str]]] = {
    # OpenRouter's `availability.code` → what happened, what to do.
    # https://openrouter.ai/docs/api_reference/errors-and-debugging
    "model_not_found": ("There is no model of this id.", "Choose another model."),
    "model_deprecated": (
        "This model has been retired.",
        "Choose the one that replaces it, or another model.",
    ),
    "wrong_endpoint": ("This model does not answer chats.", "Choose another model."),
    "no_endpoints": ("No provider serves this model right now.", "Choose another model."),
    "model_unavailable_upstream": (
        "The provider of this model does not offer it at the moment.",
        "Try again, or choose another model.",
    ),
    "temporarily_unavailable": (
        "This model is not there for the moment.",
        "Try again, or choose another model.",
    ),
    "capacity_exhausted": (
        "All providers of this model have as much to do as they can.",
        "Wait a moment, or choose another model.",
    ),
    "region_restricted": (
        "This model is not offered in the region of this server.",
        "Choose another model.",
    ),
    "privacy_restricted": (
        "The account's privacy settings rule out every provider of this model.",
        "Choose another model, or allow one at openrouter.ai/settings/privacy.",
    ),
    "constraint_filtered": (
        "No provider of this model takes these parameters.",
        "Choose another model, or change the parameters.",
    ),
    "free_variant_ended": (
        "The free variant of this model has ended.",
        "Choose the paid one, or another free model.",
    ),
}


_LENT_WHY_NOBODY: Final[Mapping[str, tuple[str, str]]] = {
    "privacy_restricted": (
        "The privacy settings of this server's account rule out every provider of this model.",
        "Choose another model, or paste a key of your own in the sidebar.",
    ),
}
"""Where the account is this server's, which the visitor cannot change."""


def why_nobody(reason: str, *, is_lent: bool) -> tuple[str, str] | None:
    """What happened and what to do; None where the reason is none that OpenRouter has.

    Args:
        reason: OpenRouter's `availability.code`.
        is_lent: Whether the account is this server's.
    """
    lent = _LENT_WHY_NOBODY.get(reason) if is_lent else None
    return lent or WHY_NOBODY.get(reason)


def reset_line(resets_epoch_s: float, now: float | None) -> str:
    """When a limit ends: the time of day in UTC, and how long that is from now."""
    try:
        moment = datetime.fromtimestamp(resets_epoch_s, UTC)
    except (ValueError, OverflowError, OSError):
        return "later"  # a file that was brought in may say anything
    at = f"at {moment:%H:%M} UTC"
    if now is None:
        return at
    minutes = ceil((resets_epoch_s - now) / 60)
    hours, rest = divmod(minutes, 60)
    return f"{at}, in {hours} h {rest} min" if hours else f"{at}, in {rest} min"
