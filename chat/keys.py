"""What a key may look like, checked before anything is done with it.

A key with a newline would reach the visitor as "Connection error.", and one with a letter outside
ASCII as a traceback; both are caught here, with a sentence that does not quote the key.
"""

import unicodedata

from chat.errors import InvalidKey
from chat.messages import Secret

MAX_KEY_CHARS = 512
MIN_OPENROUTER_CHARS = 40
"""OpenRouter documents `sk-or-v1-` and 64 hexadecimal digits; a new shape may be shorter."""

OPENROUTER_PREFIX = "sk-or-"
_OTHERS = {
    "sk-ant-": "Anthropic",
    "sk-proj-": "OpenAI",
    "sk-svcacct-": "OpenAI",
    "AIza": "Google",
    "gsk_": "Groq",
    "xai-": "xAI",
    "hf_": "Hugging Face",
    "pplx-": "Perplexity",
    "nvapi-": "NVIDIA",
    "r8_": "Replicate",
    "ghp_": "GitHub",
    "github_pat_": "GitHub",
}


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
    if any(unicodedata.category(char) in {"Cc", "Cf"} for char in key):
        raise InvalidKey("It has an invisible character inside, which no key has.")
    if not key.isascii():
        raise InvalidKey("It has a character that no key has, such as a long dash.")
    return Secret(key)


def openrouter_key(text: str) -> Secret:
    """The key, if it can be one of OpenRouter's; whether it is one only OpenRouter knows.

    Raises:
        InvalidKey: it cannot be one; the detail says why and quotes nothing of it.
    """
    key = clean_key(text)
    if not key.value.startswith(OPENROUTER_PREFIX):
        other = next((name for start, name in _OTHERS.items() if key.value.startswith(start)), None)
        if other is not None:
            raise InvalidKey(f"It is one of {other}'s; OpenRouter's begin with sk-or-.")
        raise InvalidKey("It does not begin with sk-or-, as OpenRouter's keys do.")
    if len(key.value) < MIN_OPENROUTER_CHARS:
        raise InvalidKey("It is too short; perhaps its end was not copied.")
    return key
