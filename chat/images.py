"""Images that go with a message: what is taken for one, and what is too much. Pure.

What a file is shows in its first bytes; its name and what the browser says of it prove nothing.
It is decoded once before it is taken: one that cannot be drawn would break its conversation.
"""

import hashlib
import io
import threading
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image as Decoder

from chat.errors import ChatError

MediaType = Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
"""What OpenRouter takes: https://openrouter.ai/docs/guides/overview/multimodal/image-understanding"""
EXTENSIONS = ("png", "jpg", "jpeg", "webp", "gif")

MAX_IMAGES = 4
MAX_IMAGE_MB = 5
MAX_MEGAPIXELS = 40
"""A file of few bytes may unfold to any size in memory; cameras stay below this."""
_DRAFT_PX = (256, 256)
KNOWN_IMAGES = 10_000
"""Of so many it is remembered whether they are whole."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a kind that models take."""

    media_type: MediaType
    data: bytes = field(repr=False)


class ImageRefused(ChatError):  # noqa: N818 - says what happened, like the rest of the tree
    """A file cannot go with a message; the text is one sentence for its owner."""


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """How much may go with one message.

    Attributes:
        count: Images.
        mb: Megabytes of each.
    """

    count: int = MAX_IMAGES
    mb: int = MAX_IMAGE_MB


def media_type_of(data: bytes) -> MediaType | None:
    """What the bytes are, by how they begin; None for anything else.

    PNG 5.2, JFIF (SOI and a marker), RFC 9649 for WebP, GIF89a 17.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return None


def pixels_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of an image by its header; None where it has none that can be read."""
    try:
        with _opened(data) as image:
            return image.size
    except Exception:  # noqa: BLE001 - a decoder raises whatever a broken file makes it stumble on
        return None


def megapixels_of(data: bytes) -> float | None:
    """How large an image is by its header; None where it has none that can be read."""
    size = pixels_of(data)
    return size[0] * size[1] / 1e6 if size is not None else None


def _is_whole(data: bytes) -> bool:
    """Whether it can be decoded; only for what is known to be of a bearable size."""
    try:
        with _opened(data) as image:
            image.draft("RGB", _DRAFT_PX)  # A JPEG is decoded small, which is much quicker.
            image.load()
    except Exception:  # noqa: BLE001 - as above
        return False
    return True


class SoundImages:
    """Which images can be shown to a model; each is decoded once. May be asked from any thread.

    Those of a message that was sent here were looked at then; imported ones may be anything.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, bool] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, image: Image) -> bool:
        """Whether the image can be decoded, and is of a bearable size."""
        digest = hashlib.blake2b(image.data, digest_size=16).digest()
        with self._lock:
            known = self._known.get(digest)
        if known is None:
            megapixels = megapixels_of(image.data)
            known = megapixels is not None and megapixels <= MAX_MEGAPIXELS
            known = known and _is_whole(image.data)
            with self._lock:
                self._known[digest] = known
                if len(self._known) > KNOWN_IMAGES:
                    self._known.popitem(last=False)
        return known


def _opened(data: bytes) -> Decoder.Image:
    """Reads the header; the pixels are not looked at."""
    with warnings.catch_warnings():
        # Our own limit is lower than the one that Pillow warns of.
        warnings.simplefilter("ignore", Decoder.DecompressionBombWarning)
        return Decoder.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF"))


def read_images(files: Sequence[tuple[str, bytes]], limits: ImageLimits) -> tuple[Image, ...]:
    """The images in some files, each with its name.

    Raises:
        ImageRefused: there are too many, or one is too large, broken or no image that models take.
    """
    if len(files) > limits.count:
        raise ImageRefused(
            f"{len(files)} images are too many for one message; the limit is {limits.count}."
        )
    return tuple(_read(name, data, limits) for name, data in files)


def _read(name: str, data: bytes, limits: ImageLimits) -> Image:
    if len(data) > limits.mb * 1_000_000:
        size_mb = len(data) / 1e6
        raise ImageRefused(f"{name} has {size_mb:.1f} MB; the limit is {limits.mb} MB.")
    media_type = media_type_of(data)
    if media_type is None:
        raise ImageRefused(f"{name} is no PNG, JPEG, WebP or GIF image.")
    megapixels = megapixels_of(data)
    if megapixels is not None and megapixels > MAX_MEGAPIXELS:
        raise ImageRefused(
            f"{name} has {megapixels:,.0f} megapixels; the limit is {MAX_MEGAPIXELS}."
        )
    if megapixels is None or not _is_whole(data):
        raise ImageRefused(f"{name} cannot be opened: it is damaged or not whole.")
    return Image(media_type, data)
