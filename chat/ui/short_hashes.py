"""Streamlit's messages are named by 8 characters instead of 32.

Each message to a browser carries a hash of what it says, which compression cannot shorten: of a
frame of a slow answer, 50 bytes on the wire, it was 32. Streamlit has no setting for it, so the
name is replaced by which it makes the hash. The page only compares hashes: with the element that
stands there, and with the few hundred that it keeps for references.
"""

import base64
import hashlib
from types import SimpleNamespace

from streamlit.runtime import forward_msg_cache

DIGEST_BYTES = 6
"""48 bits: a browser that keeps 1,000 messages has two of one name once in 500 million times."""

_KNOWN_AS = "util"


def short_hash(message: bytes) -> str:
    """The name of a message: 8 characters of ASCII."""
    digest = hashlib.blake2b(message, digest_size=DIGEST_BYTES).digest()
    return base64.b64encode(digest).decode()


def shorten_hashes() -> None:
    """Names all messages so from now on."""
    setattr(forward_msg_cache, _KNOWN_AS, SimpleNamespace(calc_hash=short_hash))
