"""Streamlit's messages to the browser, made shorter where it has no setting for it.

Each carries a hash of what it says, and one of the page it belongs to: 32 characters each, which
compression cannot shorten, or which take up its memory. Of a frame of a slow answer, 50 bytes on
the wire, a hash was 32. The browser only compares them: a message's with that of the element that
stands there and of those that it keeps for references, a page's with the others'. So the function
is replaced that makes them, under the names by which Streamlit's modules know it.
"""

import base64
import hashlib
from types import SimpleNamespace

from streamlit.navigation import page
from streamlit.runtime import forward_msg_cache, pages_manager

DIGEST_BYTES = 6
"""48 bits: a browser that keeps 1,000 messages has two of one name once in 500 million times."""

_HASH = "calc_hash"
_ITS_MODULE = "util"


def shorten_hashes() -> None:
    """Makes the hashes of messages and pages 8 characters long from now on."""
    setattr(forward_msg_cache, _ITS_MODULE, SimpleNamespace(**{_HASH: short_hash}))
    for module in (pages_manager, page):
        setattr(module, _HASH, short_hash)


def short_hash(said: str | bytes) -> str:
    """A name for this: 8 characters of ASCII."""
    data = said.encode() if isinstance(said, str) else said
    return base64.b64encode(hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()).decode()
