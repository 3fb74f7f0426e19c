"""What front ends send, version by version, and what is refused with a sentence."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.api.chat_body import ChatBody, read_chat_body
from chat.api.refused import RequestRefused
from chat.messages import Message

KEY = "sk-or-v1-" + "a1b2" * 16
NEW = {"role": "user", "parts": [{"type": "text", "text": "Hi"}]}
OLD = {"role": "user", "content": "Hi"}


def read(**fields: object) -> ChatBody:
    return read_chat_body({"id": "chat-1", **fields}, max_messages=10, max_tokens_limit=1000)


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
        last = read_chat_body(body, max_messages=10, max_tokens_limit=1000).messages[-1]

    assert last is None or last.role == "user"
