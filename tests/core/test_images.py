"""What is taken for an image, and what is too much."""

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Decoder

from chat.images import (
    Image,
    ImageLimits,
    ImageRefused,
    SoundImages,
    media_type_of,
    read_images,
)


def drawn(kind: str, size: tuple[int, int] = (3, 2)) -> bytes:
    """A real image."""
    file = io.BytesIO()
    Decoder.new("1" if kind == "PNG" else "RGB", size).save(file, kind)
    return file.getvalue()


KINDS = {f"image/{kind.lower()}": drawn(kind) for kind in ("PNG", "JPEG", "WEBP", "GIF")}


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
    assert "IHDR" not in repr(Image("image/png", KINDS["image/png"]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_taken_whole_and_refused_in_part(kind: str) -> None:
    whole = KINDS[kind]
    assert read_images([("a", whole)], ImageLimits())[0].media_type == kind

    for part in (whole[:12], whole[: len(whole) // 2]):
        with pytest.raises(ImageRefused, match=r"cut cannot be opened: it is damaged or not whole"):
            read_images([("cut", part)], ImageLimits())


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff", b"GIF89a rest", b"\x89PNG\r\n\x1a\n rest"], ids=repr
)
def test_a_beginning_alone_is_no_image(data: bytes) -> None:
    with pytest.raises(ImageRefused, match="cannot be opened"):
        read_images([("a", data)], ImageLimits())


def test_what_was_kept_is_sound_where_it_can_be_decoded() -> None:
    sound, whole = SoundImages(), KINDS["image/png"]
    bomb = drawn("PNG", (8000, 8000))

    for _ in range(2):  # the second time from memory
        assert [sound.has(Image("image/png", data)) for data in (whole, whole[:40], b"", bomb)] == [
            *(True, False, False, False)
        ]


def test_one_that_unfolds_to_too_much_is_refused_by_its_header() -> None:
    data = drawn("PNG", (8000, 8000))

    with pytest.raises(ImageRefused, match=r"bomb has 64 megapixels; the limit is 40\."):
        read_images([("bomb", data)], ImageLimits())


def test_what_even_the_decoder_takes_for_a_bomb_is_refused() -> None:
    size = (20_000).to_bytes(4, "big") * 2
    data = KINDS["image/png"]
    data = (
        data[:16]
        + size
        + data[24:29]
        + zlib.crc32(data[12:16] + size + data[24:29]).to_bytes(4, "big")
        + data[33:]
    )

    with pytest.raises(ImageRefused):
        read_images([("bomb", data)], ImageLimits())
