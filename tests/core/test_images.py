"""What is taken for an image, and what is too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.images import Image, ImageLimits, ImageRefused, media_type_of, read_images

KINDS = {
    "image/png": b"\x89PNG\r\n\x1a\n rest",
    "image/jpeg": b"\xff\xd8\xff\xe0 rest",
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 rest",
    "image/gif": b"GIF89a rest",
}


@pytest.mark.parametrize(("media_type", "data"), KINDS.items(), ids=list(KINDS))
def test_a_kind_is_told_by_how_the_bytes_begin(media_type: str, data: bytes) -> None:
    assert media_type_of(data) == media_type


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b"RIFF____WAVE", b"%PDF-1.7", b"BM", b"\x89PNG"], ids=repr
)
def test_nothing_else_is_an_image_whatever_its_name(data: bytes) -> None:
    with pytest.raises(ImageRefused, match=r"photo\.png is no PNG, JPEG, WebP or GIF image\."):
        read_images([("photo.png", data)], ImageLimits())


def test_the_images_come_in_their_order() -> None:
    files = [("a.txt", KINDS["image/gif"]), ("b", KINDS["image/png"])]

    assert read_images(files, ImageLimits()) == (
        Image("image/gif", KINDS["image/gif"]),
        Image("image/png", KINDS["image/png"]),
    )


def test_too_many_are_refused_with_both_numbers() -> None:
    files = [("a", KINDS["image/png"])] * 3

    with pytest.raises(ImageRefused, match=r"3 images are too many .* the limit is 2\."):
        read_images(files, ImageLimits(count=2))


def test_one_that_is_too_large_is_refused_with_its_name_and_size() -> None:
    data = KINDS["image/png"] + bytes(2_000_000)

    with pytest.raises(ImageRefused, match=r"big\.png has 2\.0 MB; the limit is 1 MB\."):
        read_images([("big.png", data)], ImageLimits(mb=1))


@given(st.binary())
def test_any_bytes_are_of_a_kind_or_of_none(data: bytes) -> None:
    assert media_type_of(data) in {*KINDS, None}


def test_an_image_does_not_print_its_bytes() -> None:
    assert "rest" not in repr(Image("image/png", KINDS["image/png"]))
