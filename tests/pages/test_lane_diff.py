"""Two answers laid over each other: what differs is marked, and nothing in it is Markdown."""

from chat.ui.lane_diff import MOST_WORDS, marked


def test_what_only_one_says_is_struck_out_or_bold() -> None:
    assert marked("a red car", "a blue car") == [
        "a :red-background[~~red~~] :green-background[**blue**] car "
    ]


def test_lines_and_paragraphs_are_kept() -> None:
    assert marked("one\ntwo\n\nthree", "one\ntwo\n\nthree") == ["one   \ntwo ", "three "]


def test_markdown_in_an_answer_is_shown_as_it_is() -> None:
    [text] = marked("**bold** [x](y)", "**bold** [x](y)")

    assert text == r"\*\*bold\*\* \[x\]\(y\) "


def test_a_huge_answer_is_compared_in_part() -> None:
    [text] = marked("word " * (MOST_WORDS + 50), "word " * (MOST_WORDS + 50))

    assert len(text.split()) == MOST_WORDS
