"""Images by the composer: shown, sent, refused with a sentence."""

import base64

import pytest
from streamlit.testing.v1 import AppTest

from chat.ui import session

from .visits import STRANGER, address, answer, boxes, captions, said, visit

SEER = "sim/echo"
BLIND = "sim/rate-300-len-2000-ttft-100"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4////fwAJ+wP9KobjigAAAABJRU5ErkJggg=="
)


def attach(app: AppTest, text: str, *files: bytes, name: str = "cat.png") -> AppTest:
    """Sends a message with files."""
    for data in files:
        app.chat_input[0].upload(name, data, "image/png")
    return app.chat_input[0].set_value(text).run()


def pictures(app: AppTest) -> int:
    return len(app.main.get("image"))


def test_an_image_is_sent_and_stands_in_the_transcript() -> None:
    app = attach(visit(SEER), "What is this", PNG)

    assert said(app) == ["What is this"]
    assert answer(app) == "What is this"
    assert pictures(app) == 1
    assert not boxes(app)


def test_after_a_reload_it_is_there_and_to_a_stranger_it_is_not() -> None:
    app = attach(visit(SEER), "What is this", PNG)

    assert pictures(visit(conversation=address(app))) == 1
    assert pictures(visit(conversation=address(app), visitor=STRANGER)) == 0


def test_a_model_that_takes_no_images_is_not_sent_any() -> None:
    app = attach(visit(BLIND), "What is this", PNG)

    assert boxes(app)[0].startswith("This model takes no images, so the message was not sent.")
    assert app.chat_input[0].proto.value == "What is this"
    assert not said(app)


def test_a_model_switched_after_an_image_says_what_it_is_told() -> None:
    app = attach(visit(SEER), "What is this", PNG)

    app.session_state[session.MODEL] = BLIND
    app.run()

    assert any("takes no images: it is told that one was here." in line for line in captions(app))


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([b"<svg/>"], "Not sent. cat.png is no PNG, JPEG, WebP or GIF image."),
        ([b"\xff\xd8\xff"], "Not sent. cat.png cannot be opened: it is damaged or not whole."),
        ([PNG] * 5, "Not sent. 5 images are too many for one message; the limit is 4."),
        ([PNG + bytes(5_000_000)], "Not sent. cat.png has 5.0 MB; the limit is 5 MB."),
    ],
    ids=["no image", "broken", "too many", "too large"],
)
def test_what_cannot_be_sent_is_said_and_the_text_given_back(
    files: list[bytes], sentence: str
) -> None:
    app = attach(visit(SEER), "What is this", *files)

    assert boxes(app) == [sentence]
    assert app.chat_input[0].proto.value == "What is this"
    assert not app.exception


def test_a_broken_image_that_was_kept_does_not_break_its_page() -> None:
    app = AppTest.from_string("""
        from chat.images import Image
        from chat.ui.transcript import _draw_image

        for data in (b"\\xff\\xd8\\xff", b"\\x89PNG\\r\\n\\x1a\\n rest", b"GIF89a", b""):
            _draw_image(Image("image/png", data), "Image 1")
    """).run()

    assert captions(app) == ["This image cannot be shown."] * 4
    assert not app.exception
