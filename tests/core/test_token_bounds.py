"""How many tokens something is at most: safe for every script, and for images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_images import drawn

from chat.images import Image
from chat.messages import Message
from chat.token_bounds import (
    IMAGE_TOKENS,
    MAX_TILES,
    TILE_TOKENS,
    most_image_tokens,
    most_prompt_tokens,
    tokens_of_weight,
    weight_of,
)

COUNTED = [  # by the tokenizer of SmolLM2, which was made for English
    ("Hello, how are you today?", 7),
    ("今天天气怎么样？", 17),
    ("こんにちは、元気ですか", 20),
    ("안녕하세요 오늘 날씨가 어때요", 38),
    ("Привет, как дела?", 13),
    ("👩‍👩‍👧‍👦", 18),
]


@pytest.mark.parametrize(("text", "tokens"), COUNTED, ids=["en", "zh", "ja", "ko", "ru", "emoji"])
def test_neither_count_is_under_what_a_tokenizer_counts(text: str, tokens: int) -> None:
    assert tokens_of_weight(weight_of(text)) >= tokens
    assert most_prompt_tokens([Message("user", text)], "a/b") >= tokens


@given(st.text(), st.text())
def test_the_weights_of_pieces_add_up(one: str, other: str) -> None:
    assert weight_of(one + other) == weight_of(one) + weight_of(other)


@pytest.mark.parametrize(("size", "counted"), [((100, 100), 258), ((1024, 1024), 1400)])
def test_an_image_is_more_than_what_is_counted_for_it(size: tuple[int, int], counted: int) -> None:
    image = Image("image/png", drawn("PNG", size))

    assert most_image_tokens(image, "a/b") > counted
    assert most_prompt_tokens([Message("user", "", (image,))], "a/b") > counted


def test_the_model_that_counts_images_many_times_over_is_known() -> None:
    image = Image("image/png", drawn("PNG", (1024, 1024)))

    assert most_image_tokens(image, "openai/gpt-4o-mini") >= 2833 + 4 * 5667


def test_an_image_of_unknown_size_counts_as_the_largest() -> None:
    largest = IMAGE_TOKENS + MAX_TILES * TILE_TOKENS

    assert most_image_tokens(Image("image/png", b"\x89PNG"), "a/b") == largest
