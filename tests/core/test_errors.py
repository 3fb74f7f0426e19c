"""The tree of errors is what the picture on top of its file says."""

import inspect
import re
from typing import get_args

import pytest

from chat import errors
from chat.errors import ChatError, Failure, FailureKind, ProviderError, StoreError, StoreRefused

CLASSES = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, ChatError)
]
PROVIDER_ERRORS = [found for found in CLASSES if issubclass(found, ProviderError)]
KINDS = [found for found in PROVIDER_ERRORS if found is not ProviderError]


def test_the_picture_names_every_class_once() -> None:
    drawn = re.findall(r"^    [│├└─ ]*([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)

    assert sorted(drawn) == sorted(found.__name__ for found in CLASSES)


def test_each_kind_of_failure_has_one_class() -> None:
    assert sorted(found.kind for found in KINDS) == sorted(get_args(FailureKind))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_provider_error_carries_its_failure_and_says_no_more(kind: type[ProviderError]) -> None:
    error = kind("what upstream said", status=418, retry_after_s=2.5)

    assert error.failure == Failure(kind.kind, "what upstream said", 418, 2.5)
    assert str(error) == kind.kind


def test_a_refusal_of_the_store_is_a_store_error() -> None:
    with pytest.raises(StoreError):
        raise StoreRefused
