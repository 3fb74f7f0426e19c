"""Keys masked in what an upstream says of a failure; it may quote the one that it refused."""

import re
from dataclasses import replace

from chat.errors import Failure
from chat.messages import Secret
from chat.providers.chunks import WORD_CHARS, join_halves

DETAIL_CHARS = 300
SECRET_CHARS = 8
"""What is shorter is no secret but what stands in a key's place."""

_KEY_LIKE = re.compile(r"sk-[A-Za-z0-9_-]{16,}")
"""Somebody else's key, or ours in another form; no sentence needs one."""


def without_secret(failure: Failure, key: Secret) -> Failure:
    """The failure with the key masked wherever its text quotes it, and the text then shortened."""

    def clean(text: str, most_chars: int) -> str:
        whole = join_halves(text)
        # "none" and the like, for endpoints that want no key, are words of any sentence.
        is_secret = len(key.value) >= SECRET_CHARS
        masked = whole.replace(key.value, str(key)) if is_secret else whole
        return _KEY_LIKE.sub("sk-…", masked)[:most_chars]

    return replace(
        failure,
        detail=clean(failure.detail, DETAIL_CHARS),
        error_type=clean(failure.error_type, WORD_CHARS),
        reason=clean(failure.reason, WORD_CHARS),
        upstream_provider=clean(failure.upstream_provider, WORD_CHARS),
    )
