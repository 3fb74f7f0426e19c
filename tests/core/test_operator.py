"""Who is the operator."""

import pytest

from chat.messages import Secret
from chat.operator import is_operator

OWN = Secret("the-operators-own-token")


@pytest.mark.parametrize("token", ["", "the-operators-own-toke", OWN.value + " ", "ü", "\udcff"])
def test_nobody_else_is_the_operator(token: str) -> None:
    assert not is_operator(token, OWN)


def test_where_no_token_is_set_nobody_is() -> None:
    assert not is_operator("", None)


def test_whoever_has_the_token_is_the_operator() -> None:
    assert is_operator(OWN.value, OWN)
