"""Who sends a request: a visitor's own page by its cookie, or a program by a bearer token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from starlette.requests import Request

from chat.api.refused import RequestRefused
from chat.api.replies import is_same_origin
from chat.api.visitor import visitor_of
from chat.api_tokens import token_hash
from chat.messages import Secret
from chat.operator import OPERATOR, is_operator

BEARER = "bearer "
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

    def counted_as(self, request: Request, owner: str) -> tuple[str, ...]:
        """The names under which a request counts towards the limits, its owner's first.

        A visitor's id is what a client says it is, and a new one costs nothing; so without a token
        or an account a request counts for the address it comes from as well.
        """
        is_by_token = request.headers.get("authorization", "").lower().startswith(BEARER)
        if is_by_token or owner != visitor_of(request.headers):
            return (owner,)
        return owner, f"address {_network_of(request)}"

    def _owner_of_token(self, token: str) -> str:
        if is_operator(token, self.operator_token):
            return OPERATOR
        owner = self.owner_of_token(token_hash(token))
        if owner is None:
            raise RequestRefused("This token is unknown or was revoked.", 401)
        return owner


def _network_of(request: Request) -> str:
    """The client's address; of IPv6 the half that its provider gave it."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        # A socket for both families tells an IPv4 address so; all of them share one half.
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address.packed, 64), strict=False))
    return host
