"""The figures of a reply in words."""

import pytest

from chat.ui.reply_stats import cost


@pytest.mark.parametrize(
    ("usd", "shown"),
    [
        (None, "cost n/a"),
        (0, "free"),
        (0.000412, "$0.000412"),
        (0.5, "$0.50"),
        (2, "$2.00"),
        (12.34567891, "$12.345679"),
        (0.0000004, "under $0.000001"),
        (10.0, "$10.00"),
    ],
)
def test_a_cost_is_shown_with_as_many_places_as_it_needs(usd: float | None, shown: str) -> None:
    assert cost(usd) == shown
