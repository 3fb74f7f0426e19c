"""What front ends send, version by version, and what is refused with a sentence."""

import base64
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.api.asking import KEY_HEADER
from chat.api.chat_body import ChatBody, read_chat_body
from chat.api.refused import RequestRefused
from chat.api.wishes import read_key
from chat.images import Image, ImageLimits
from chat.messages import Message

KEY = "sk-or-v1-" + "a1b2" * 16
NEW = {"role": "user", "parts": [{"type": "text", "text": "Hi"}]}
OLD = {"role": "user", "content": "Hi"}
LIMITS = ImageLimits(count=2, mb=1)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4////fwAJ+wP9KobjigAAAABJRU5ErkJggg=="
)
DATA = base64.b64encode(PNG).decode()
IMAGE = Image("image/png", PNG)


def read(**fields: object) -> ChatBody:
    return read_chat_body({"id": "chat-1", **fields}, 10, 1000, LIMITS)


def refusal(**fields: object) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        read(**fields)
    return caught.value


def test_versions_5_to_7_are_known_by_their_parts() -> None:
    body = read(messages=[NEW], trigger="submit-message")

    assert (body.dialect, body.messages) == ("ui_messages", (Message("user", "Hi"),))


def test_version_4_is_known_by_its_content() -> None:
    body = read(messages=[{**OLD, "parts": [{"type": "text", "text": "Hi"}]}])

    assert (body.dialect, body.messages) == ("data_stream", (Message("user", "Hi"),))


def test_the_last_message_alone_is_not_the_whole_conversation() -> None:
    assert not read(message=NEW).is_whole
    assert read(messages=[NEW]).is_whole


def test_our_own_parts_come_back_and_say_nothing_to_the_model() -> None:
    parts: list[dict[str, Any]] = [
        {"type": "step-start"},
        {"type": "reasoning", "id": "reasoning-1", "text": "Hm", "state": "done"},
        {"type": "data-status", "data": {}},
        {"type": "text", "text": "Hel", "state": "done", "providerMetadata": {}},
        {"type": "text", "text": "lo"},
    ]
    earlier = {"role": "assistant", "parts": parts, "metadata": {"ttftMs": 3}}

    assert read(messages=[NEW, earlier, NEW]).messages[1] == Message("assistant", "Hello")


def test_another_answer_is_asked_for_by_the_trigger_with_or_without_the_old_one() -> None:
    answer = {"role": "assistant", "parts": [{"type": "text", "text": "Old"}]}

    body = read(messages=[NEW, answer], trigger="regenerate-message", messageId="m")

    assert body.wants_another
    assert body.messages == (Message("user", "Hi"),)


def test_extras_stand_beside_the_messages() -> None:
    wish = read(
        messages=[NEW], model=" sim/echo ", temperature=1, topP=0.5, maxTokens=7, apiKey=KEY + "\n"
    ).wish

    assert (wish.model, wish.temperature, wish.top_p, wish.max_tokens) == ("sim/echo", 1.0, 0.5, 7)
    assert wish.key is not None
    assert wish.key.value == KEY


def test_version_4s_messages_for_its_own_page_say_nothing_to_a_model() -> None:
    beside = {"role": "data", "content": "", "data": {"x": 1}}

    assert read(messages=[OLD, beside]).messages == (Message("user", "Hi"),)


@pytest.mark.parametrize(
    "message",
    [
        {
            "role": "user",
            "parts": [{"type": "file", "mediaType": "x", "url": f"data:x;base64,{DATA}"}],
        },
        {"role": "user", "content": "", "parts": [{"type": "file", "mimeType": "x", "data": DATA}]},
        {
            "role": "user",
            "content": "",
            "experimental_attachments": [{"name": "a.png", "url": f"data:image/png;base64,{DATA}"}],
        },
    ],
)
def test_an_image_goes_with_its_message_in_each_versions_way(message: dict[str, Any]) -> None:
    body = read(messages=[message])

    assert body.messages == (Message("user", "", (IMAGE,)),)
    assert body.wish.images == (IMAGE,)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://example.com/a.png", "a `data:` URL"),
        ("data:image/png,abc", "a `data:` URL"),
        ("data:image/png;base64,%%%", "not base64"),
        ("data:application/pdf;base64,JVBERi0=", "report.pdf is no PNG"),
        (f"data:image/png;base64,{base64.b64encode(PNG + bytes(10**6)).decode()}", "limit is 1 MB"),
    ],
)
def test_a_file_that_cannot_go_with_a_message_is_refused_in_a_sentence(url: str, said: str) -> None:
    part = {"type": "file", "filename": "report.pdf", "url": url}

    assert said in refusal(message={"role": "user", "parts": [part]}).sentence


@pytest.mark.parametrize("role", [None, 1, {}, [], "tool"])
def test_a_role_that_is_none_is_refused(role: object) -> None:
    assert refusal(messages=[{**NEW, "role": role}]).status == 400


def test_a_key_is_never_shown_by_the_body_that_holds_it() -> None:
    assert KEY not in repr(read(messages=[NEW], apiKey=KEY))


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": []},
        {"messages": "Hi"},
        {"messages": [3]},
        {"messages": [{"role": "robot", "content": "Hi"}]},
        {"messages": [{"role": "assistant", "content": "Hi"}]},
        {"messages": [{"role": "user", "content": 3}]},
        {"messages": [{"role": "user", "parts": [{"type": "text", "text": 3}]}]},
        {"message": None},
        {"messages": [OLD], "id": ""},
        {"messages": [OLD], "id": "x" * 201},
        {"messages": [OLD], "id": "a\nb"},
        {"messages": [OLD], "id": "a/b"},
        {"messages": [OLD], "model": 3},
        {"messages": [OLD], "temperature": 3},
        {"messages": [OLD], "temperature": True},
        {"messages": [OLD], "topP": float("nan")},
        {"messages": [OLD], "maxTokens": 1001},
        {"messages": [OLD], "maxTokens": 1.5},
        {"messages": [OLD], "apiKey": "not a key"},
    ],
)
def test_what_cannot_be_understood_is_refused_in_a_sentence(fields: dict[str, object]) -> None:
    found = refusal(**fields)

    assert found.status == 400
    assert found.sentence.endswith(".")


def test_a_key_that_cannot_be_one_is_not_quoted() -> None:
    assert "s3cret" not in refusal(messages=[OLD], apiKey="s3cret with spaces").sentence


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("sk-ant-api03-" + "x" * 90, "It is one of Anthropic's; OpenRouter's begin with sk-or-."),
        ("k" * 64, "It does not begin with sk-or-, as OpenRouter's keys do."),
        ("sk-or-v1-abc", "It is too short; perhaps its end was not copied."),
    ],
    ids=["anthropic", "no prefix", "cut"],
)
def test_a_key_is_checked_as_in_the_sidebar(key: str, why: str) -> None:
    assert refusal(messages=[OLD], apiKey=key).sentence == f"`apiKey` cannot be a key. {why}"
    with pytest.raises(RequestRefused) as refused:
        read_key(key, KEY_HEADER)
    assert refused.value.sentence == f"x-openrouter-key cannot be a key. {why}"


def test_too_many_messages_are_too_large_a_request() -> None:
    assert refusal(messages=[OLD] * 11).status == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = st.dictionaries(
    st.sampled_from(["id", "messages", "message", "trigger", "model", "maxTokens", "apiKey"]), JSON
)


@given(FIELDS | JSON)
def test_whatever_json_comes_it_is_read_or_refused(body: object) -> None:
    last = None
    with suppress(RequestRefused):
        last = read_chat_body(body, 10, 1000, LIMITS).messages[-1]

    assert last is None or last.role == "user"
