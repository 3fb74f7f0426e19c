"""The operator of this server, whom a token proves: whose answers theirs are."""

import hmac

from chat.messages import Secret

OPERATOR = "operator"
"""The owner of what is asked with the operator's own token, in the store and in its figures."""


def is_operator(token: str, own: Secret | None) -> bool:
    """Whether somebody has typed or sent the operator's token, in a time that tells nothing of it.

    Args:
        token: What was typed or sent.
        own: The setting `API_TOKEN`; None where nobody can be the operator.
    """
    sent = token.encode("utf-8", "surrogateescape")
    return own is not None and hmac.compare_digest(sent, own.value.encode())
