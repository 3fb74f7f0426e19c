"""Tokens of programs as every database keeps them, and conversations kept out of the lists."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from store_samples import (
    NOON,
    a_conversation,
    a_turn,
    database_url,  # noqa: F401 - a fixture
    ended,
)

from chat.api_tokens import MOST, PREFIX, new_token, token_hash
from chat.errors import StoreRefused
from chat.stores.sql import SqlStore


class Clock:
    """A calendar that the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[SqlStore]:
    opened = SqlStore.open(url, now=clock)
    yield opened
    opened.close()


def test_a_token_is_found_by_its_hash_until_it_is_revoked(store: SqlStore) -> None:
    hashed = token_hash(new_token())

    token = store.tokens.add("ann", "laptop", hashed)

    assert store.tokens.owner_of(hashed) == "ann"
    store.tokens.revoke("ann", token.id)
    assert store.tokens.owner_of(hashed) is None
    assert store.tokens.list_tokens("ann") == []


def test_nobody_else_sees_or_revokes_a_token(store: SqlStore) -> None:
    token = store.tokens.add("ann", "laptop", "h")

    store.tokens.revoke("eve", token.id)

    assert store.tokens.list_tokens("eve") == []
    assert store.tokens.owner_of("h") == "ann"
    assert store.tokens.owner_of("") is None


def test_the_last_use_is_known_to_the_minute(store: SqlStore, clock: Clock) -> None:
    token = store.tokens.add("ann", "laptop", "h")
    assert store.tokens.list_tokens("ann") == [token]

    for seconds in (5, 10, 70):
        clock.now = NOON + timedelta(seconds=seconds)
        store.tokens.owner_of("h")

    (held,) = store.tokens.list_tokens("ann")
    assert held == replace(token, last_used_at=NOON + timedelta(seconds=70))


def test_an_owner_has_only_so_many_tokens(store: SqlStore) -> None:
    for number in range(MOST):
        store.tokens.add("ann", str(number), str(number))

    with pytest.raises(StoreRefused, match="Revoke one first"):
        store.tokens.add("ann", "one more", "one more")

    assert store.tokens.add("eve", "first", "first").owner == "eve"


def test_tokens_follow_their_owner_into_an_account(store: SqlStore) -> None:
    store.tokens.add("ann", "laptop", "h")

    store.adopt("ann", "account")

    assert store.tokens.owner_of("h") == "account"


def test_tokens_cannot_be_guessed_from_each_other() -> None:
    one, other = new_token(), new_token()

    assert one.startswith(PREFIX)
    assert one != other
    assert one not in token_hash(one)
    assert len(token_hash("\udcff")) == 64  # whatever stands in a header


def test_a_hidden_conversation_is_in_no_list_but_opens_and_counts(store: SqlStore) -> None:
    turn = a_turn("1")
    store.add_turn(turn, replace(a_conversation(), is_hidden=True))
    store.save_replies([ended(turn.reply, "zebra")])

    assert store.list_conversations("ann", 9) == []
    assert store.search("ann", "zebra", 9) == []
    assert [reply.id for reply in store.list_replies("ann", 9)] == [turn.reply.id]
    tree = store.load_tree("ann", "c")
    assert tree is not None
    assert tree.conversation.is_hidden
