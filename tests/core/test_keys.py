"""What a key may look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import InvalidKey
from chat.keys import MAX_KEY_CHARS, clean_key, openrouter_key

KEY = "sk-or-v1-" + "a1" * 32


@pytest.mark.parametrize("around", ["{}", " {}", "{}\n", "\t{}\r\n", "\u00a0{}\u2003"])
def test_white_space_around_a_key_is_taken_off(around: str) -> None:
    assert clean_key(around.format(KEY)).value == KEY


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        (f"{KEY}\n{KEY}", "line break"),
        (f"{KEY} {KEY}", "space"),
        (f"{KEY}\u00a0x", "space"),
        (KEY.replace("-", "\u2013"), "no key has"),
        (f"{KEY}\u200b", "no key has"),
        (f"{KEY}\x00", "no key has"),
        (f"{KEY}\x7f", "no key has"),
        (f"{KEY}\ud800", "no key has"),
        ("x" * (MAX_KEY_CHARS + 1), "longer"),
    ],
)
def test_what_cannot_be_a_key_says_why_and_quotes_nothing(text: str, reason: str) -> None:
    with pytest.raises(InvalidKey) as refused:
        clean_key(text)

    assert reason in refused.value.failure.detail
    assert KEY not in refused.value.failure.detail
    assert str(refused.value) == "invalid_key"


@given(st.text())
def test_whatever_is_taken_for_a_key_can_stand_in_a_header(text: str) -> None:
    try:
        key = clean_key(text)
    except InvalidKey:
        return

    assert key.value.encode("ascii").isalnum() or key.value.isprintable()
    assert not set(key.value) & set(" \t\r\n\0")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sk-ant-api03-" + "x" * 90, "one of Anthropic's"),
        ("sk-proj-" + "x" * 60, "one of OpenAI's"),
        ("AIza" + "x" * 35, "one of Google's"),
        ("gsk_" + "x" * 52, "one of Groq's"),
        ("sk-" + "x" * 48, "does not begin with sk-or-"),
        ("my password", "space"),
        ("hunter2hunter2", "does not begin with sk-or-"),
        (KEY[:30], "too short"),
        (KEY * 150, "longer than"),
        (KEY[:20] + "\n" + KEY[20:], "line break"),
        (KEY.replace("-", "\u2013"), "long dash"),
        (KEY[:20] + "\u200b" + KEY[20:], "invisible"),
    ],
)
def test_what_is_no_key_of_openrouters_says_why(text: str, reason: str) -> None:
    with pytest.raises(InvalidKey, match="invalid_key") as refused:
        openrouter_key(text)

    assert reason in refused.value.failure.detail
    assert text not in refused.value.failure.detail


def test_a_key_of_openrouters_is_taken_without_the_space_around_it() -> None:
    assert openrouter_key(f" {KEY}\r\n").value == KEY


def test_a_key_shows_nothing_of_itself() -> None:
    key = clean_key(KEY)

    assert KEY not in f"{key} {key!r} {[key]}"
    assert str(key) == "********"
