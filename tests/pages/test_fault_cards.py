"""Every fault of the simulator through the whole app: engine, store, and the card on the page."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fault_table import TABLE, Row, model_of
from streamlit.testing.v1 import AppTest

from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage, new_id
from chat.turn import Ask
from chat.ui import session
from chat.ui.failure_card import explanation_of
from chat.ui.wiring import services

from .visits import ENTRY, VISITOR, as_read

STALLED = Row("gap_timeout", "The answer stalled.", "continue")
BY_OUR_CLOCK = {
    # What the wire alone calls a timeout our own deadlines tell apart.
    "silent": Row("first_token_timeout", "The first word did not come in time.", "retry"),
    "stall-N": STALLED,
    "mute-at-N": STALLED,
}


def played() -> list[ReplyRecord]:
    """The reply to each form of fault, asked all at once, as the next process reads it."""
    turns = services().kept.turns
    lives = [turns.begin(VISITOR, None, "hello there", Ask(model_of(form), 5000)) for form in TABLE]
    for live in lives:
        assert live.wait_end(60)
    services.clear()  # what the next process of the app would read
    store = services().kept.store
    trees = [store.load_tree(VISITOR, live.conversation_id) for live in lives]
    return [tree.replies[-1] for tree in trees if tree is not None]


def shown_together(replies: list[ReplyRecord]) -> AppTest:
    """The page of one conversation in which they follow each other."""
    place, now, parent = new_id(), datetime.now(UTC), None
    store, conversation = services().kept.store, Conversation(place, VISITOR, "Hello", now)
    for reply in replies:
        user = UserMessage(new_id(), parent, "hello there", now)
        own = replace(reply, id=new_id(), conversation_id=place, message_id=user.id, outcome=None)
        store.add_turn(StoredTurn(user, own), conversation)
        store.save_replies([replace(own, outcome=reply.outcome)])
        parent = own.id
    app = AppTest.from_file(ENTRY, default_timeout=60)
    app.session_state["tab"] = session.Tab(VISITOR, conversation_id=place, window=len(replies))
    app.query_params["c"] = place
    return app.run()


def test_every_fault_is_said_on_the_page_as_the_table_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("FIRST_TOKEN_TIMEOUT_S", "GAP_TIMEOUT_S"):
        monkeypatch.setenv(name, "5")  # seconds; no busy machine takes as long
    replies = played()
    cards = [m for m in shown_together(replies).chat_message if m.name == "assistant"]

    assert len(cards) == len(replies) == len(TABLE)
    for (form, on_wire), reply, card in zip(TABLE.items(), replies, cards, strict=True):
        row = BY_OUR_CLOCK.get(form, on_wire)
        said = [as_read(box.value) for box in (*card.error, *card.warning)]
        kind = reply.failure.kind if reply.failure is not None else None
        assert (form, kind, len(said)) == (form, row.kind, int(row.kind is not None))
        if row.kind is not None:
            told = explanation_of(reply)
            happened, to_do = said[0].split("  \n")
            assert happened.startswith(row.happened), form
            assert to_do.endswith("."), form
            assert told is not None
            assert told.action == row.action, form
