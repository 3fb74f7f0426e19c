"""The text by its pauses, and the sentences beside the flight recorder's charts."""

from chat.flight import Growth, Leg, Word
from chat.pace import Point
from chat.ui.flight_charts import growth_in_words, life_in_words, table_of
from chat.ui.flight_words import marked


def test_words_that_came_at_once_are_plain_and_a_long_pause_is_told() -> None:
    words = [Word("One", 0.05), Word(" two", 0.2), Word(" three", 0.25), Word(" four", 1.52)]

    assert marked(words) == (
        "One<span class='p1'> two three</span> <span class='p3'>[1.5 s] four</span>"
    )


def test_nothing_in_a_word_is_taken_for_html() -> None:
    words = [Word("<b>&", 0.0), Word(" <img src=x onerror=alert(1)>", 0.5), Word(" </p>", 2.0)]

    shown = marked(words)

    assert "<b>" not in shown
    assert "<img" not in shown
    assert shown.endswith("[2.0 s] &lt;/p&gt;</span>")


def test_what_was_there_before_is_plain() -> None:
    assert marked([Word("One", None)]) == "One"


def test_a_life_and_a_growth_are_told_in_words() -> None:
    stall = Leg("stall", 2.5, 4.5)
    growth = Growth((Point(0.0, 0.0), Point(4.5, 1200.0)), (stall,))

    assert life_in_words([Leg("connect", 0.0, 0.25), stall]) == "Connecting 0.25 s; Stall 2.00 s."
    assert growth_in_words(growth, is_estimated=True) == (
        "≈ 1,200 tokens after 4.50 s; 1 gap, the longest 2.00 s after 2.50 s."
    )
    assert list(table_of([stall])["For (s)"]) == [2.0]
