"""What a key may look like, checked before anything is done with it.

A key with a newline would reach the visitor as "Connection error.", and one with a letter outside
ASCII as a traceback; both are caught here, with a sentence that does not quote the key.
"""

from chat.errors import InvalidKey
from chat.messages import Secret

MAX_KEY_CHARS = 512


def clean_key(text: str) -> Secret:
    """The key without the white space that copying puts around it.

    Raises:
        InvalidKey: it cannot be one; the detail says why and quotes nothing of it.
    """
    key = text.strip()
    if not key:
        raise InvalidKey("It is empty.")
    if len(key) > MAX_KEY_CHARS:
        raise InvalidKey(f"It is longer than {MAX_KEY_CHARS} characters.")
    if any(char.isspace() for char in key):
        raise InvalidKey("It has a space or a line break inside.")
    if not key.isascii() or not key.isprintable():
        raise InvalidKey("It has a character that no key has, such as a long dash.")
    return Secret(key)
