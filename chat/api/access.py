"""Who sends a request: a visitor's own page by its cookie, or a program by a bearer token."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from chat.api.refused import RequestRefused
from chat.api.replies import is_same_origin
from chat.api.visitor import visitor_of
from chat.api_tokens import token_hash
from chat.messages import Secret

BEARER = "bearer "
OPERATOR = "operator"
"""Whose conversations those are that are begun with the operator's own token."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NO_ACCESS = "Send a token of this app as `Authorization: Bearer …`, or ask from its own pages."
FOREIGN_PAGE = "Only this app's own pages may do that with a cookie."


@dataclass(frozen=True, slots=True)
class Access:
    """Finds the owner in whose name a request is made.

    Attributes:
        accounts: Gives the account of each visitor who is logged in, by the cookie's id.
        owner_of_token: Gives the owner of a stored token by its hash, or None; blocks.
        operator_token: The operator's own token, or None.
    """

    accounts: Callable[[], Mapping[str, str]]
    owner_of_token: Callable[[str], str | None]
    operator_token: Secret | None = None

    def owner_of(self, request: Request) -> str:
        """The owner; blocks while a token is looked up.

        Raises:
            RequestRefused: nobody (401), or a visitor by the page of another site (403).
        """
        header = request.headers.get("authorization", "")
        if header.lower().startswith(BEARER):
            return self._owner_of_token(header[len(BEARER) :].strip())
        visitor = visitor_of(request.headers)
        if visitor is None:
            raise RequestRefused(NO_ACCESS, 401)
        # A browser sends the cookie along whichever page asks.
        if request.method not in SAFE and not is_same_origin(request):
            raise RequestRefused(FOREIGN_PAGE, 403)
        return self.accounts().get(visitor, visitor)

    def _owner_of_token(self, token: str) -> str:
        operators = self.operator_token
        if operators is not None and hmac.compare_digest(
            token.encode("utf-8", "surrogateescape"), operators.value.encode()
        ):
            return OPERATOR
        owner = self.owner_of_token(token_hash(token))
        if owner is None:
            raise RequestRefused("This token is unknown or was revoked.", 401)
        return owner
