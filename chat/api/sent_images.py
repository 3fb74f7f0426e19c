"""Images in a request → images of a message, by the page's own rules; nothing is fetched."""

import base64
import binascii
from collections.abc import Mapping, Sequence

from chat.api.refused import RequestRefused
from chat.images import Image, ImageLimits, ImageRefused, read_images

NOT_INSIDE = "Send a file as a `data:` URL with base64; this server fetches nothing from elsewhere."
NOT_TAKEN = "Only text and images can be sent."
_UNNAMED = "A file"
_DATA = "data:"


def images_in(files: Sequence[tuple[str, str]], limits: ImageLimits) -> tuple[Image, ...]:
    """The images in some files.

    Args:
        files: The name and the `data:` URL of each.
        limits: How much may go with one message.

    Raises:
        RequestRefused: one is no image that models take, is too large, or is not in the request.
    """
    try:
        return read_images([(name, _data_of(url)) for name, url in files], limits)
    except ImageRefused as refused:
        raise RequestRefused(str(refused)) from None


def file_of(part: object) -> tuple[str, str] | None:
    """Name and URL of a part that is a file, as the AI SDK or OpenAI's clients send it, or None.

    Raises:
        RequestRefused: it is one of a kind that cannot be sent.
    """
    if not isinstance(part, Mapping):
        return None
    match part.get("type"):
        case "file" if isinstance(part.get("data"), str):  # version 4 of the AI SDK
            return _named(part), f"{_DATA}{part.get('mimeType')};base64,{part['data']}"
        case "file":
            return _named(part), str(part.get("url"))
        case "image_url":
            image = part.get("image_url")
            return _UNNAMED, str(image.get("url") if isinstance(image, Mapping) else image)
        case "input_audio" | "audio" | "video_url" | "input_image" | "input_file":
            raise RequestRefused(NOT_TAKEN)
        case _:
            return None


def attachments_of(message: Mapping[str, object]) -> list[tuple[str, str]]:
    """Names and URLs of what version 4 of the AI SDK sends beside a message's content."""
    sent = message.get("experimental_attachments")
    if not isinstance(sent, Sequence) or isinstance(sent, str):
        return []
    return [(_named(one), str(one.get("url"))) for one in sent if isinstance(one, Mapping)]


def _named(part: Mapping[str, object]) -> str:
    name = part.get("filename") or part.get("name")
    return name[:100] if isinstance(name, str) and name.isprintable() else _UNNAMED


def _data_of(url: str) -> bytes:
    head, comma, data = url.partition(",")
    if not (head.startswith(_DATA) and head.endswith(";base64") and comma):
        raise RequestRefused(NOT_INSIDE)
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise RequestRefused("The data of a file is not base64.") from None
