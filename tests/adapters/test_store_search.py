"""What every store promises of its search: what is found, by whom, and what people may type."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import (
    NOON,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
)

from chat.conversations import Conversation, Hit
from chat.ports import Store


def keep(store: Store, name: str, question: str, answer: str = "", owner: str = "ann") -> None:
    """A conversation of one turn, called by its name."""
    turn = a_turn(name, conversation=name)
    reply = replace(turn.reply, owner=owner)
    user = replace(turn.user, text=question)
    store.add_turn(
        replace(turn, user=user, reply=reply), Conversation(name, owner, f"About {name}", NOON)
    )
    store.save_replies([ended(reply, answer)])


def found(store: Store, words: str, owner: str = "ann") -> set[str]:
    return {hit.conversation_id for hit in store.search(owner, words, 99)}


def test_words_are_found_in_messages_and_in_answers(store: Store) -> None:
    keep(store, "a", "Where do otters sleep?")
    keep(store, "b", "And whales?", "Unlike otters, they sleep upright.")

    assert found(store, "otters sleep") == {"a", "b"}
    assert found(store, "whales sleep") == set()  # not in one text


def test_a_hit_names_its_conversation_and_shows_the_words(store: Store) -> None:
    keep(store, "a", "Where do otters sleep?")

    (hit,) = store.search("ann", "OTTER", 9)

    shown = (("Where do ", False), ("otters", True), (" sleep?", False))
    assert hit == Hit("a", "About a", shown)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Die Größe zählt", "große zahlt"),
        ("cafe\u0301 noir", "CAFÉ"),
        ("Привет, Мир", "МИР"),
        ("人工智能的发展", "智能"),
        ("人工智能的发展", "的"),
        ("使用docker容器部署", "docker"),
        ("使用docker容器部署", "容器 部署"),
        ("スタートアップ企業", "企業"),
        ("서울은 큰 도시", "서울"),
        ("ภาษาไทยง่าย", "ไทย"),
        ("ใช่ไม่ใช่", "ไม่ใช่"),
        ("ދިވެހި", "ދިވެހި"),
        ("می\u200cخواهم", "میخواهم"),
        ("हिन्दी में लिखो", "लिखो"),
        ("see https://example.com/a_b?c=1", "example"),
        ("call parse_url(x) in v1.5", "v1.5 parse_url"),
        ("don't panic", "don't"),
        ("C'est l'été", "ete"),
        ("007 and 1e5 and 3.14", "3.14 1e5 007"),
        ("a 𝒜𝒷 letter and 𠮷野家", "𠮷野"),
        ("half \x07 control\r\n\tchars", "control chars"),
    ],
)
def test_people_find_what_they_typed(store: Store, text: str, words: str) -> None:
    keep(store, "a", text)
    keep(store, "b", "something else", text)

    assert found(store, words) == {"a", "b"}


@pytest.mark.parametrize("words", ["智人", "能智", "ocker", "v1.6", "tters", "nothing"])
def test_other_words_are_not_found(store: Store, words: str) -> None:
    keep(store, "a", "人工智能 docker v1.5 otters")

    assert found(store, words) == set()


def test_the_last_word_may_be_the_beginning_of_one(store: Store) -> None:
    keep(store, "a", "docker compose")

    assert found(store, "docker com") == {"a"}
    assert found(store, "dock compose") == set()


@pytest.mark.parametrize(
    "typed",
    [
        *('"', "otters AND", "NEAR(", "(otters", "otters*", "-otters", "words:otters", "'; --"),
        *("a:*", "otters & | !", "<-> otters", "%", "\\", "\0otters\ud83d", "^otters"),
        *("* " * 99, "a " * 999),
    ],
)
def test_nothing_that_is_typed_is_an_error(store: Store, typed: str) -> None:
    keep(store, "a", "Where do otters sleep?")

    assert found(store, typed) <= {"a"}


def test_any_text_can_be_asked_for(store: Store) -> None:
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.text())
    def ask(typed: str) -> None:
        assert store.search("ann", typed, 9) == []

    ask()


def test_any_text_that_is_kept_is_found_by_a_word_of_it(store: Store) -> None:
    add(store, a_turn("1"))
    reply = ended(a_turn("1").reply)
    letters = st.characters(codec="utf-8", categories=["Ll", "Lu", "Lo"], max_codepoint=0x2FF)

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.text(letters, min_size=1, max_size=9), min_size=1, max_size=9))
    def find(words: list[str]) -> None:
        store.save_replies([replace(reply, text=" ".join(words))])
        assert found(store, words[-1]) == {"c"}

    find()


def test_an_answer_is_found_once_it_has_ended(store: Store) -> None:
    turn = a_turn("1")
    add(store, turn)
    half = replace(turn.reply, text="half an otter")
    store.save_replies([half])
    assert found(store, "otter") == set()

    store.save_replies([replace(half, outcome="interrupted")])
    assert found(store, "otter") == {"c"}
    store.save_replies([ended(turn.reply, "a whole whale")])

    assert (found(store, "otter"), found(store, "whale")) == (set(), {"c"})


def test_another_owner_finds_nothing(store: Store) -> None:
    keep(store, "a", "otters")

    assert found(store, "otters", "bob") == set()


def test_what_is_deleted_is_not_found_until_it_is_restored(store: Store) -> None:
    add(store, a_turn("1"), a_turn("2", "r-1"))
    store.save_replies([ended(a_turn("2", "r-1").reply, "otters")])

    store.delete_message("ann", "c", "m-1")
    assert (found(store, "otters"), found(store, "question 2")) == (set(), set())
    store.restore_message("ann", "c", "m-1")
    assert (found(store, "otters"), found(store, "question 2")) == ({"c"}, {"c"})
    store.delete("ann", "c")
    assert found(store, "otters") == set()
    store.restore("ann", "c")

    assert found(store, "otters") == {"c"}


def test_the_best_hit_comes_first_and_the_newer_of_equals(store: Store) -> None:
    keep(store, "a", "grey " * 200 + "otters")
    for name in ("b", "c"):
        keep(store, name, "otters otters otters")

    assert [hit.conversation_id for hit in store.search("ann", "otters", 9)] == ["c", "b", "a"]
    assert [hit.conversation_id for hit in store.search("ann", "otters", 1)] == ["c"]
    assert store.search("ann", "otters", 0) == []


def test_an_answer_that_was_continued_is_one_hit(store: Store) -> None:
    add(store, a_turn("1"), a_turn("2", message="1"))
    start = "otters sleep " + "on their backs " * 20
    store.save_replies(
        [
            replace(ended(a_turn("1").reply, start), outcome="stopped"),
            replace(ended(a_turn("2", message="1").reply, start + "."), continues_id="r-1"),
        ]
    )

    assert len(store.search("ann", "otters", 9)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "needle " + "x" * 1_000_000,
        "needle " + " ".join(f"{n:05x}" for n in range(160_000)),
        "needle " + "".join(chr(0x1D400 + n % 999) + " " for n in range(400_000)),
        "needle " + "".join(chr(0x4E00 + n % 20_000) for n in range(300_000)),
        "needle " + "的" * 300_000,
    ],
    ids=["one_word", "many_words", "wide_letters", "chinese", "one_character"],
)
def test_a_text_of_a_megabyte_is_kept_and_found(store: Store, text: str) -> None:
    keep(store, "a", text)

    assert found(store, "needle") == {"a"}


def test_a_renamed_conversation_is_found_under_its_new_title(store: Store) -> None:
    keep(store, "a", "otters")

    store.rename("ann", "a", "Sleep")

    assert [hit.title for hit in store.search("ann", "otters", 9)] == ["Sleep"]
