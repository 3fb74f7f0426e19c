"""What is said otherwise where an answer failed with a key of this server's, not the visitor's.

That is its OpenRouter key, which it lends, or the key of an endpoint that the operator added. The
visitor can change neither, but may have a key, and there are other models.
"""

from dataclasses import replace

from chat.errors import Failure, FailureKind
from chat.ui.explanation import Explanation

_OR_TELL = "Choose another model, or tell whoever runs this app."
_RETRY_OR_TELL = "Try again, or tell whoever runs this app."
_OTHER = "Choose another model."

_LENT: dict[FailureKind, Explanation] = {
    "invalid_key": Explanation(
        "OpenRouter does not accept this server's key.",
        "Paste a key of your own in the sidebar, or choose another model.",
        "enter_key",
    ),
    "out_of_credits": Explanation(
        "This server's account cannot pay for this answer.",
        "Paste a key of your own in the sidebar, or choose a free model.",
        "enter_key",
    ),
    "refused": Explanation(
        "The provider refused this request.",
        "Choose another model, or paste a key of your own in the sidebar.",
        "choose_model",
    ),
    "no_endpoint": Explanation(
        "Nobody serves this model under this server's settings.", _OTHER, "choose_model"
    ),
    "daily_limit": Explanation(
        "Today's free requests of this server's account are used up.",
        "Paste a key of your own in the sidebar, or choose a model that is not free.",
        "enter_key",
    ),
}

_AT_ENDPOINT: dict[FailureKind, Explanation] = {
    "invalid_key": Explanation(
        "The provider does not accept this server's key.", _OR_TELL, "choose_model"
    ),
    "out_of_credits": Explanation(
        "This server's account at the provider cannot pay for this answer.",
        _OR_TELL,
        "choose_model",
    ),
    "refused": Explanation("The provider refused this request.", _OR_TELL, "choose_model"),
    "unknown_model": Explanation("The provider has no model of this id.", _OTHER, "choose_model"),
    "no_endpoint": Explanation("The provider does not serve this model.", _OTHER, "choose_model"),
    "daily_limit": Explanation(
        "Today's requests at the provider are used up.", _OR_TELL, "choose_model"
    ),
    "connection_lost": Explanation("The provider cannot be reached.", _RETRY_OR_TELL),
    "connect_timeout": Explanation("The provider took no connection in time.", _RETRY_OR_TELL),
}


def with_whose_key(failure: Failure, usual: Explanation) -> Explanation:
    """The explanation of a kind of failure, by whose key the answer was asked for with.

    Args:
        failure: Says whose.
        usual: The explanation where it was the visitor's, or none.
    """
    if failure.endpoint:
        return _AT_ENDPOINT.get(failure.kind, usual)
    return _LENT.get(failure.kind, usual) if failure.is_lent_key else usual


def payer_of(failure: Failure) -> str:
    """Whose account was to pay for an answer, at the beginning of a sentence."""
    return _by_whose_key(
        failure,
        own="The account behind this key",
        lent="This server's account",
        endpoint="This server's account at the provider",
    )


def lower_tokens(failure: Failure) -> str:
    """What to do where the account can pay for a shorter answer."""
    return _by_whose_key(
        failure,
        own="Lower max tokens, or add credits.",
        lent="Lower max tokens, or paste a key of your own in the sidebar.",
        endpoint="Lower max tokens, or choose another model.",
    )


def until_reset(failure: Failure) -> str:
    """What helps until a daily limit ends."""
    return _by_whose_key(
        failure,
        own="Until then, choose a paid model.",
        lent="Until then, paste a key of your own, or choose a paid model.",
        endpoint="Until then, choose another model.",
    )


def _by_whose_key(failure: Failure, *, own: str, lent: str, endpoint: str) -> str:
    if failure.endpoint:
        return endpoint
    return lent if failure.is_lent_key else own


def name_provider(told: Explanation, failure: Failure) -> Explanation:
    """The explanation with the operator's endpoint called by its name."""
    if not failure.endpoint:
        return told
    happened = told.happened
    for article in ("The", "the"):
        happened = happened.replace(f"{article} provider", f"{article} endpoint {failure.endpoint}")
    return replace(told, happened=happened)
