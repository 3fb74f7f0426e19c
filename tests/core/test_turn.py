"""Turns: what is refused, what is asked of the provider, and what is saved before."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from scripted import A_CONVERSATION, PATIENCE_S, ScriptedProvider, a_turn, wait_end, wait_entries
from turn_world import ASK, FINISHED, World, made_world  # noqa: F401 - the fixture

from chat.conversations import StoredTurn
from chat.errors import RateLimited, StoreError, StoreRefused
from chat.events import Event, Retrying, TextDelta
from chat.live import LiveReply
from chat.messages import ChatRequest, Message, Secret
from chat.refusals import MessageRefused
from chat.retry import Policy
from chat.turn import Ask


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\t\u3000", "empty"),
        ("x" * 51, "too_long"),
        ("half a \ud83d character", "not_text"),
        ("nothing \0 at all", "not_text"),
    ],
)
def test_a_message_that_cannot_be_sent_is_refused(world: World, text: str, reason: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        world.begin(text)

    assert refused.value.reason == reason
    assert world.provider.requests == []
    assert world.store.list_conversations("ann", 9) == []


@pytest.mark.parametrize(
    "ask", [replace(ASK, system_prompt="\ud83d"), replace(ASK, model="m\ud83d")]
)
def test_half_a_character_beside_the_message_is_refused_too(world: World, ask: Ask) -> None:
    with pytest.raises(MessageRefused, match="not_text"):
        world.turns.begin("ann", None, "hi", ask)


def test_the_longest_message_is_sent_as_typed(world: World) -> None:
    text = " " + "é" * 48 + "\n"

    live = world.begin(text)

    turns, _ = world.opened(live.conversation_id)
    assert turns[0].user.text == text


def test_the_message_is_in_the_store_before_the_provider_is_asked(world: World) -> None:
    seen: list[list[StoredTurn] | None] = []

    class Asked(ScriptedProvider):
        def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:
            (conversation,) = world.store.list_conversations("ann", 9)
            seen.append(world.store.turns_of("ann", conversation.id))
            return super().stream(request, key)

    live = replace(world.turns, provider=Asked(FINISHED)).begin("ann", None, "hi", ASK)
    wait_end(live)

    (turns,) = seen
    assert turns is not None
    assert (turns[0].user.text, turns[0].reply.id) == ("hi", live.id)


def test_the_provider_is_asked_for_what_was_chosen(world: World) -> None:
    ask = replace(ASK, system_prompt=" Be brief. ")

    world.turns.begin("ann", None, "hi", ask)

    assert world.provider.has_begun.wait(PATIENCE_S)
    assert world.provider.requests == [
        ChatRequest("sim/x", (Message("system", "Be brief."), Message("user", "hi")), 100, 0.5)
    ]


def test_a_second_message_follows_the_first_answer(world: World) -> None:
    live = world.answered("one")

    second = world.begin("two", live.conversation_id)
    world.provider.say(FINISHED)
    wait_end(second)

    turns, _ = world.opened(live.conversation_id)
    assert turns[1].user.parent_id == live.id
    assert [m.text for m in world.provider.requests[1].messages] == ["one", "re: one", "two"]


def test_the_prompt_holds_an_answer_that_could_not_be_saved_yet(world: World) -> None:
    live = world.begin("one")
    world.store.go_away()
    world.provider.say(TextDelta("unsaved"), FINISHED)
    wait_end(live)

    second = world.begin("two", live.conversation_id)
    world.provider.say(FINISHED)
    wait_end(second)

    assert [m.text for m in world.provider.requests[-1].messages] == ["one", "unsaved", "two"]


def test_a_conversation_with_a_running_answer_is_busy(world: World) -> None:
    live = world.begin()

    with pytest.raises(MessageRefused, match="busy"):
        world.begin("more", live.conversation_id)
    with pytest.raises(MessageRefused, match="busy"):
        world.turns.regenerate("ann", live.conversation_id, ASK)

    world.begin("elsewhere")


def test_of_two_tabs_that_send_at_once_one_is_told_to_wait(world: World) -> None:
    live, together = world.answered(), Barrier(2, timeout=PATIENCE_S)

    def send(text: str) -> LiveReply | str:
        together.wait()
        try:
            return world.begin(text, live.conversation_id)
        except MessageRefused as refusal:
            return refusal.reason

    with ThreadPoolExecutor(2) as tabs:
        results = list(tabs.map(send, ["two", "three"]))

    assert results.count("busy") == 1
    assert len(world.opened(live.conversation_id)[0]) == 2


def test_a_tab_is_told_to_wait_while_another_reads_the_conversation(world: World) -> None:
    live = world.answered()
    told: list[str] = []

    def send_too() -> None:
        with pytest.raises(MessageRefused) as refused:
            world.begin("me too", live.conversation_id)
        told.append(refused.value.reason)

    world.store.before_load = send_too
    world.begin("two", live.conversation_id)

    assert told == ["busy"]


@pytest.mark.parametrize(("owner", "place"), [("ann", "nowhere"), ("eve", "c"), ("ann", "\0")])
def test_a_conversation_that_is_not_ones_own_is_unknown(
    world: World, owner: str, place: str
) -> None:
    world.store.add_turn(a_turn(), A_CONVERSATION)

    assert world.turns.open(owner, place) is None
    with pytest.raises(MessageRefused, match="unknown_conversation"):
        world.turns.begin(owner, place, "hi", ASK)
    with pytest.raises(MessageRefused, match="unknown_conversation"):
        world.turns.regenerate(owner, place, ASK)


def test_an_answer_given_anew_is_a_sibling_and_is_not_shown_the_earlier_one(world: World) -> None:
    first = world.answered("one")
    second = world.answered("two", first.conversation_id)

    again = world.turns.regenerate("ann", first.conversation_id, ASK)
    world.provider.say(TextDelta("anew"), FINISHED)
    wait_end(again)

    turns, _ = world.opened(first.conversation_id)
    assert [turn.reply.id for turn in turns] == [first.id, again.id]
    assert turns[1].reply.text == "anew"
    assert [m.text for m in world.provider.requests[-1].messages] == ["one", "re: one", "two"]
    kept = {reply.id for reply in world.store.list_replies("ann", 9)}
    assert {first.id, second.id} <= kept


def test_nothing_is_asked_when_the_store_refuses_the_message(world: World) -> None:
    world.store.go_away(StoreRefused("Unknown conversation."))

    with pytest.raises(StoreRefused):
        world.begin()

    assert world.provider.requests == []
    assert world.engine.known("ann") == {}


def test_nothing_is_asked_when_the_conversation_cannot_be_read(world: World) -> None:
    live = world.answered()

    def be_away() -> None:
        raise StoreError

    world.store.before_load = be_away
    with pytest.raises(StoreError):
        world.begin("two", live.conversation_id)

    assert len(world.provider.requests) == 1
    assert world.begin("two", live.conversation_id)


def test_an_answer_goes_on_when_the_store_is_away(world: World) -> None:
    world.store.go_away()

    live = world.begin()
    world.provider.say(TextDelta("a"), FINISHED)

    assert wait_end(live).text == "a"


def test_stopping_while_another_try_is_waited_for_ends_at_once(world: World) -> None:
    turns = replace(world.turns, policy=Policy(tries=2, total_s=900))
    live = turns.begin("ann", None, "hi", ASK)
    world.provider.say(RateLimited(retry_after_s=600))
    (_, waiting) = wait_entries(live, 2)
    assert isinstance(waiting.event, Retrying)

    world.engine.stop(live.id, "ann")

    assert wait_end(live).outcome == "stopped"
    assert len(world.provider.requests) == 1
