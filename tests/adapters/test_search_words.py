"""What counts as a word, and which piece of a text a hit shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.stores.words import MAX_TEXT_CHARS, SNIPPET_CHARS, searchable, snippet_of, words_of


def plain(snippet: tuple[tuple[str, bool], ...]) -> str:
    return "".join(part for part, _ in snippet)


def hits(snippet: tuple[tuple[str, bool], ...]) -> list[str]:
    return [part for part, is_hit in snippet if is_hit]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Hello, World!", "hello world"),
        ("snake_case v1.5 a-b", "snake case v1 5 a b"),
        ("Größe CAFÉ cafe\u0301 Ёж", "große cafe cafe еж"),
        ("使用docker容器", "使 用 docker 容 器"),
        ("がく ｶﾞ 서울은", "が く ｶ ﾞ 서 울 은"),
        ("हिन्दी में", "हिन्दी में"),
        ("ไม่ใช่", "ไ ม ใ ช"),
        ("می\u200cخواهم", "میخواهم"),
        ("か\u3099", "が"),
        ("שָׁלוֹם سَلَام", "שלום سلام"),
        ("👍 🇺🇳 → ∑", ""),
        ("a\0b\ud83d", "a b"),
    ],
)
def test_a_text_is_its_folded_words(typed: str, words: str) -> None:
    assert searchable(typed).split() == words.split()


@given(st.text())
def test_each_word_of_a_text_is_found_in_it(text: str) -> None:
    words = words_of(text)

    assert " ".join(part for parts in words for part in parts) in " ".join(searchable(text).split())


@given(st.text(), st.text())
def test_a_snippet_is_a_stretch_of_the_text(text: str, query: str) -> None:
    shown = plain(snippet_of(text, words_of(query))).removeprefix("…").removesuffix("…")

    assert " ".join(shown.split()) in " ".join(text.split())
    assert len(shown) <= SNIPPET_CHARS


@given(st.text(min_size=1))
def test_a_text_that_is_asked_for_whole_has_hits(text: str) -> None:
    words = words_of(text)

    assert bool(hits(snippet_of(text, words))) is bool(words)


def test_a_snippet_marks_the_words_as_they_were_typed() -> None:
    snippet = snippet_of("The Café au lait, a CAFE.", words_of("cafe la"))

    assert snippet == (
        ("The ", False),
        ("Café", True),
        (" au ", False),
        ("lait", True),
        (", a ", False),
        ("CAFE", True),
        (".", False),
    )


def test_only_the_last_word_may_be_a_beginning() -> None:
    assert hits(snippet_of("dock docker comp compose", words_of("dock comp"))) == [
        "dock",
        "comp",
        "compose",
    ]


def test_a_word_of_several_parts_is_one_hit() -> None:
    assert hits(snippet_of("人工智能、智能手机 v1.5", words_of("智能 v1.5"))) == [
        "智能",
        "智能",
        "v1.5",
    ]


@pytest.mark.parametrize(
    ("text", "query"), [("ไม่ใช่", "ไม่ใช่"), ("か\u3099き", "がき"), ("cafe\u0301s", "CAFÉS")]
)
def test_a_word_with_marks_is_one_hit(text: str, query: str) -> None:
    assert snippet_of(f"- {text}!", words_of(query)) == (("- ", False), (text, True), ("!", False))


def test_a_snippet_is_taken_where_most_of_the_words_are() -> None:
    text = f"red {'grey ' * 90}\n\nred and green {'grey ' * 90}"

    snippet = snippet_of(text, words_of("red green"))

    assert hits(snippet) == ["red", "green"]
    assert plain(snippet).startswith("…grey grey")
    assert plain(snippet).endswith("…")
    assert "\n" not in plain(snippet)


def test_a_snippet_ends_where_the_search_ends() -> None:
    text = f"{'x' * MAX_TEXT_CHARS} needle"

    assert hits(snippet_of(text, words_of("needle"))) == []


@pytest.mark.parametrize("query", ["", "   ", '"', "()", "*", "\0", "\ud83d", "👍"])
def test_a_query_without_a_word_asks_for_nothing(query: str) -> None:
    assert words_of(query) == []
