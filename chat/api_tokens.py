"""Tokens by which a visitor's programs ask in the visitor's name: what they are, how they are made.

Where they are kept is a store's business; what is kept of one tells nothing of it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

PREFIX = "tt_"
NAME_CHARS = 60
MOST = 50
"""How many tokens an owner may have."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as its owner sees it again: not the token itself.

    Attributes:
        name: What the owner calls it.
        last_used_at: To the minute, or None where it was never used (UTC).
    """

    id: str
    owner: str
    name: str
    created_at: datetime
    last_used_at: datetime | None = None


def new_token() -> str:
    """An unguessable token (192 bits), to be shown once."""
    return PREFIX + secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """What is stored of a token: tokens are random, so a plain SHA-256 tells nothing of them."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
