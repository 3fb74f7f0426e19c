"""How many tokens something is at most, for limits on cost; no tokenizer is at hand. Pure.

What is shown to a visitor is estimated in `chat.metrics`; here an error is always to the safe side.
"""

from collections.abc import Sequence

from chat.images import Image, pixels_of
from chat.messages import Message

MESSAGE_TOKENS = 16
"""What wraps a message: its role, and the marks at its beginning and end."""
TILE_PX = 512
MAX_TILES = 40
"""Whoever reads an image makes it smaller first; of a larger one no more is counted anywhere."""
TILE_TOKENS = 400
"""Over what is counted for 512 × 512 px: 350 by Claude (width × height ÷ 750), 334 by Qwen (28 × 28
px each), 258 by Gemini, 170 by GPT-4o. Sources: their makers' pages on vision."""
IMAGE_TOKENS = 1200
"""Beside the tiles, for whoever counts a fixed number for each image."""
_DEAR, _DEAR_TIMES = "gpt-4o-mini", 34
"""It counts 2,833 and 5,667 a tile where GPT-4o counts 85 and 170; both look at 8 at most."""
_ASCII_CHARS = 4


def most_prompt_tokens(messages: Sequence[Message], model: str) -> int:
    """The most tokens that a prompt can be to a model: a token is a byte or more."""
    texts = sum(len(_bytes(message.text)) + MESSAGE_TOKENS for message in messages)
    images = (image for message in messages for image in message.images)
    return texts + sum(most_image_tokens(image, model) for image in images)


def most_image_tokens(image: Image, model: str) -> int:
    """The most tokens that an image is taken to be by a model."""
    size = pixels_of(image.data)
    tiles = -(-size[0] // TILE_PX) * -(-size[1] // TILE_PX) if size is not None else MAX_TILES
    if _DEAR in model:
        return _DEAR_TIMES * (85 + 170 * min(tiles, 8))
    return IMAGE_TOKENS + TILE_TOKENS * min(tiles, MAX_TILES)


def weight_of(text: str) -> int:
    """What a text weighs, in quarters of a token; the weights of its pieces add up.

    Four letters of English are a token, as a rule. Of other scripts a tokenizer that was not made
    for them needs up to a token for each byte: SmolLM2's takes 38 for 16 characters of Korean.
    """
    ascii_chars = len(text.encode("ascii", "ignore"))
    return ascii_chars + _ASCII_CHARS * (len(_bytes(text)) - ascii_chars)


def tokens_of_weight(weight: int) -> int:
    """The tokens of a text by its weight."""
    return -(-weight // _ASCII_CHARS)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
