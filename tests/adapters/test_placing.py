"""Where a client's message goes in the conversation that the store has."""

import pytest
from store_samples import NOON

from chat.api.chat_body import ChatBody
from chat.api.placing import Place, own_id_of, place_of
from chat.api.visitor import is_visitor_id
from chat.conversations import ReplyRecord, UserMessage
from chat.images import Image
from chat.messages import Message
from chat.tree import Turn


def turns(*texts: str) -> list[Turn]:
    """A path of turns whose messages say these texts and have the ids m0, m1, …"""
    return [
        Turn(
            UserMessage(f"m{n}", None, text, NOON),
            ReplyRecord(f"r{n}", "ann", "c", f"m{n}", "sim/x", NOON),
            (),
            (),
        )
        for n, text in enumerate(texts)
    ]


def body(
    *texts: str, is_whole: bool = True, wants_another: bool = False, about_id: str = ""
) -> ChatBody:
    """A request whose user messages say these texts, with an answer after each but the last."""
    messages = [Message("user", text) for text in texts]
    answers = [Message("assistant", "…") for _ in texts[1:]]
    mixed = [one for pair in zip(messages, answers, strict=False) for one in pair]
    return ChatBody("c", "ui_messages", (*mixed, messages[-1]), is_whole, wants_another, about_id)


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        (body("a", "b", "c"), Place("append")),
        (body("c", is_whole=False), Place("append")),
        (body("b", is_whole=False, wants_another=True), Place("again")),
        (body("a", is_whole=False, wants_another=True, about_id="r0"), Place("again", "m0")),
        (body("a", is_whole=False, wants_another=True, about_id="own"), Place("again")),
        (body("a", "b"), Place("again", "m1")),
        (body("a", "other"), Place("edit", "m1")),
        (body("other"), Place("edit", "m0")),
        (body("a"), Place("again", "m0")),
        (body("unknown", "c"), Place("append")),
        (body("a", "b", "not ours", "c"), Place("append")),
    ],
)
def test_a_message_goes_where_its_client_shows_it(asked: ChatBody, place: Place) -> None:
    assert place_of(turns("a", "b"), asked) == place


def test_the_same_words_with_another_image_are_another_message() -> None:
    shown = Message("user", "a", (Image("image/png", b"1"),))
    asked = ChatBody("c", "ui_messages", (shown,))

    assert place_of(turns("a"), asked) == Place("edit", "m0")


def test_a_clients_name_for_a_chat_is_another_id_for_each_owner() -> None:
    ids = {own_id_of("ann", "chat-1"), own_id_of("eve", "chat-1"), own_id_of("ann", "chat-2")}

    assert len(ids) == 3
    assert all(is_visitor_id(found) for found in ids)  # the shape of all our ids
    assert own_id_of("ann", "chat-1") in ids
