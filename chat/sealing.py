"""A remembered key as it stands in its cookie: encrypted, for one visitor, until a date.

AES-256-GCM (NIST SP 800-38D) with the visitor's id as associated data: a cookie that was carried to
another browser cannot be opened there, nor one of another server's. The server keeps no copy.
"""

import base64
import binascii
import hashlib
import os
import secrets
import stat
import struct
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chat.errors import InvalidKey
from chat.keys import openrouter_key
from chat.messages import Secret

LIFE_S = 30 * 24 * 3600
MAX_SEALED_CHARS = 1200
_VERSION = b"\x01"
_NONCE_BYTES = 12
_SECRET_BYTES = 32
_UNTIL = struct.Struct(">Q")


class Sealer:
    """Seals keys and opens them again.

    Args:
        secret: What the encryption's key is made of; another secret opens nothing.
        now_s: Seconds since 1970.
    """

    def __init__(self, secret: bytes, now_s: Callable[[], float]) -> None:
        # The secret has enough entropy of its own, or the operator chose otherwise; the prefix
        # keeps this key apart from any other use of it.
        self._aead = AESGCM(hashlib.sha256(b"tickertape cookie 1\0" + secret).digest())
        self._now_s = now_s

    def seal(self, key: Secret, visitor: str) -> str:
        """The key for the visitor's cookie; URL-safe characters."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        text = _UNTIL.pack(int(self._now_s()) + LIFE_S) + key.value.encode()
        sealed = self._aead.encrypt(nonce, text, _VERSION + visitor.encode())
        return base64.urlsafe_b64encode(_VERSION + nonce + sealed).decode().rstrip("=")

    def open(self, sealed: str, visitor: str) -> Secret | None:
        """The key in a visitor's cookie; None where it is broken, foreign or too old."""
        if len(sealed) > MAX_SEALED_CHARS:
            return None
        try:
            raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), b"-_", validate=True)
            nonce, rest = raw[1 : 1 + _NONCE_BYTES], raw[1 + _NONCE_BYTES :]
            text = self._aead.decrypt(nonce, rest, raw[:1] + visitor.encode())
            (until_s,) = _UNTIL.unpack(text[: _UNTIL.size])
            key = openrouter_key(text[_UNTIL.size :].decode())
        except (binascii.Error, InvalidTag, InvalidKey, ValueError, struct.error):
            return None
        return key if self._now_s() < until_s and raw[:1] == _VERSION else None


def load_secret(setting: Secret | None, path: Path) -> bytes:
    """What to seal with: as set, else from a file that is made at the first call, mode 600.

    A file that others may read is taken from them; what they have read so far they know.

    Where the file can be neither read nor made, one that lasts as long as the process.
    """
    if setting is not None:
        return setting.value.encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)  # A copy or a restored backup may be readable by others.
        kept = path.read_bytes()
    except OSError:
        kept = b""
    return kept if len(kept) >= _SECRET_BYTES else secrets.token_bytes(_SECRET_BYTES)


def _make(path: Path) -> None:
    """Writes a new secret where there is none, whole or not at all."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, secrets.token_bytes(_SECRET_BYTES))
    finally:
        os.close(file)
    try:
        # Of two processes that start at once the first one's secret stands.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
