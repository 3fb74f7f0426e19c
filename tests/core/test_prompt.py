"""What a model is given: the conversation as messages, and what may stand in them."""

from dataclasses import replace

import pytest
from scripted import a_tree, a_turn

from chat.prompt import is_text, prompt_of
from chat.tree import path_of


def test_the_prompt_is_the_conversation_oldest_first() -> None:
    first, second, silent = a_turn("1"), a_turn("2", "r-1"), a_turn("3", "r-2")
    first = replace(first, reply=replace(first.reply, text="answer 1"))
    second = replace(second, reply=replace(second.reply, text="part", outcome="stopped"))

    assert [
        (m.role, m.text) for m in prompt_of(path_of(a_tree(first, second, silent)), "next", "")
    ] == [
        ("user", "question 1"),
        ("assistant", "answer 1"),
        ("user", "question 2"),
        ("assistant", "part"),
        ("user", "question 3"),
        ("user", "next"),
    ]


def test_what_the_operator_says_comes_first_and_a_begun_answer_last() -> None:
    prompt = prompt_of([], "hi", " Be brief.\n", begun="Hel")

    assert [(m.role, m.text) for m in prompt] == [
        ("system", "Be brief."),
        ("user", "hi"),
        ("assistant", "Hel"),
    ]


@pytest.mark.parametrize("nothing", ["", " \n"])
def test_an_empty_system_prompt_is_left_out(nothing: str) -> None:
    assert [m.role for m in prompt_of([], "hi", nothing)] == ["user"]


@pytest.mark.parametrize("text", ["", "hi", "👩‍👩‍👧‍👦", "\u202eשלום", "\r\n\t\x07", "\uffff"])
def test_what_can_be_typed_is_text(text: str) -> None:
    assert is_text(text)


@pytest.mark.parametrize("text", ["\ud83d", "a\udc00b", "\0", "a\0b"])
def test_half_a_character_and_nul_are_not(text: str) -> None:
    assert not is_text(text)
