"""What a request asked for beside its words: the fields as sent, and which images. Pure.

No prompt, no text, no bytes of an image: this is kept on record.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_WORDS = {"messages", "prompt"}


def fields_of(body: bytes) -> dict[str, Any]:
    """Every field but the messages, as they came; {} where the body is no request."""
    asked = _read(body)
    return {name: value for name, value in asked.items() if name not in _WORDS}


def images_of(body: bytes) -> list[dict[str, Any]]:
    """Each image's media type and length of its data in characters, in the order of the prompt."""
    return list(_images(_read(body).get("messages")))


def _read(body: bytes) -> dict[str, Any]:
    try:
        asked: object = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return asked if isinstance(asked, dict) else {}


def _images(messages: object) -> Iterator[dict[str, Any]]:
    for message in messages if isinstance(messages, list) else []:
        content = message.get("content") if isinstance(message, Mapping) else None
        for part in content if isinstance(content, list) else []:
            url = _url(part)
            if url.startswith("data:"):
                head, _, data = url.removeprefix("data:").partition(",")
                yield {"media_type": head.partition(";")[0], "chars": len(data)}


def _url(part: object) -> str:
    image = part.get("image_url") if isinstance(part, Mapping) else None
    url = image.get("url") if isinstance(image, Mapping) else None
    return url if isinstance(url, str) else ""
