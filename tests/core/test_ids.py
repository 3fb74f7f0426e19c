"""Ids: unguessable, and safe in every place that they go to."""

from chat.conversations import new_id


def test_an_id_is_letters_and_digits_so_that_no_spreadsheet_takes_it_for_a_formula() -> None:
    ids = {new_id() for _ in range(2_000)}

    assert len(ids) == 2_000
    assert all(len(made) == 22 and made.isascii() and made.isalnum() for made in ids)
