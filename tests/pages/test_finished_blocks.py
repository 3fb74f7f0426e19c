"""The elements of finished answers are found once; what a reader has found is taken over."""

from chat.segments import split
from chat.ui.finished_blocks import FinishedBlocks

TEXT = "# A title\n\nSome words.\n\n- one\n- two\n"
MARK = "<!-- as the reader cut it -->"


def test_a_text_is_cut_as_it_streamed() -> None:
    assert FinishedBlocks().of(TEXT, is_cut=False) == tuple(split(TEXT))


def test_what_was_left_open_is_closed_where_the_answer_broke_off() -> None:
    assert FinishedBlocks().of("Some **words", is_cut=True) == ("Some **words**",)


def test_what_a_reader_has_found_is_not_looked_for_again() -> None:
    blocks = FinishedBlocks()
    found = [TEXT[:11], TEXT[11:]]

    blocks.learn(TEXT, found)

    assert found != split(TEXT)
    assert blocks.of(TEXT, is_cut=False) == tuple(found)
    assert blocks.of(TEXT, is_cut=True) == tuple(split(TEXT))


def test_elements_of_another_text_are_not_taken_over() -> None:
    blocks = FinishedBlocks()

    blocks.learn(TEXT, [TEXT + MARK])

    assert blocks.of(TEXT, is_cut=False) == tuple(split(TEXT))


def test_no_more_are_kept_than_asked_for_and_the_newest_are() -> None:
    blocks = FinishedBlocks(most=2)
    for name in "abc":
        blocks.learn(f"{name}\n\nb", [f"{name}\n\nb"])

    assert len(blocks.of("a\n\nb", is_cut=False)) == 2
    assert len(blocks.of("c\n\nb", is_cut=False)) == 1
