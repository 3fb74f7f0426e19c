"""Looking again: a page is drawn anew where there is news, and only there."""

from streamlit.testing.v1 import AppTest


def _page(drawn: list[int], news: list[bool]) -> None:
    from chat.ui.polling import look_again_every  # noqa: PLC0415 - AppTest runs the body alone

    drawn.append(len(drawn))
    look_again_every(0.0, news.pop)


def test_a_page_is_drawn_anew_only_for_news() -> None:
    drawn: list[int] = []

    AppTest.from_function(_page, args=(drawn, [False, True, True])).run()

    assert drawn == [0, 1, 2]
