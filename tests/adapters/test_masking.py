"""What is masked in a failure, and what is left as it was said."""

import pytest

from chat.errors import Failure
from chat.messages import Secret
from chat.providers.masking import without_secret


@pytest.mark.parametrize("word", ["-", "none", "x"])
def test_what_stands_in_a_keys_place_masks_no_sentence(word: str) -> None:
    failure = Failure("refused", "none of the six - not one")

    assert without_secret(failure, Secret(word)) == failure


def test_a_key_is_masked_wherever_it_is_quoted() -> None:
    failure = Failure("refused", "no lab-key-1 here")

    assert "lab-key-1" not in without_secret(failure, Secret("lab-key-1")).detail
