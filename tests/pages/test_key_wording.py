"""What is said of a key, whatever OpenRouter says of it."""

from datetime import UTC, datetime, timedelta, timezone

from chat.key_book import KeyCheck, KeyInfo
from chat.ui.key_wording import particulars


def test_a_key_that_ends_with_the_last_year_is_said_in_every_time_zone() -> None:
    info = KeyInfo("k", expires_at=datetime(9999, 12, 31, 23, tzinfo=UTC))

    said = particulars(KeyCheck("usable", info), timezone(timedelta(hours=14)))

    assert said.endswith("expires 31 Dec 9999")
