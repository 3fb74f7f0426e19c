"""What is said of a key, whatever OpenRouter says of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chat.errors import Failure
from chat.key_book import KeyCheck, KeyInfo
from chat.ui.key_wording import particulars


def test_a_key_that_ends_with_the_last_year_is_said_in_every_time_zone() -> None:
    info = KeyInfo("k", expires_at=datetime(9999, 12, 31, 23, tzinfo=UTC))

    said = particulars(KeyCheck("usable", info), timezone(timedelta(hours=14)))

    assert said.endswith("expires 31 Dec 9999")


@pytest.mark.parametrize(
    ("failure", "known"),
    [
        (
            Failure("refused", "Not from your country.", 403),
            "refused to say how it stands (error 403: Not from your country)",
        ),
        (Failure("refused", "", 403), "refused to say how it stands (error 403)"),
        (Failure("overloaded", "Busy", 503), "answered with error 503 when asked about it"),
        (Failure("connection_lost"), "could not be asked about it just now"),
        (None, "could not be asked about it just now"),
    ],
    ids=["403", "403 without a word", "503", "not reached", "ours"],
)
def test_where_a_key_was_not_checked_it_says_what_is_known(
    failure: Failure | None, known: str
) -> None:
    said = particulars(KeyCheck("unchecked", failure=failure), UTC)

    assert said == f"OpenRouter {known}; it is used all the same."


def test_an_answer_about_a_key_that_is_none_says_so() -> None:
    check = KeyCheck("unchecked", failure=Failure("bad_answer", "The answer was not valid JSON."))

    said = particulars(check, UTC)

    assert said == "OpenRouter's answer about it could not be read; it is used all the same."
