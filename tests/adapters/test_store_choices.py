"""What every store promises of a visitor's preferences."""

from datetime import timedelta
from itertools import count

import pytest
from store_samples import (
    NOON,
    database_url,  # noqa: F401 - a fixture
    opened_store,  # noqa: F401 - likewise
)

from chat.choices import Preset
from chat.errors import StoreError
from chat.ports import Store
from chat.stores.sql import SqlStore


def test_favourites_come_in_the_order_in_which_they_were_made(url: str) -> None:
    moments = count()
    store = SqlStore.open(url, now=lambda: NOON + timedelta(seconds=next(moments)))

    for model in ("b", "a", "c", "b"):
        store.choices.set_favourite("ann", model, is_favourite=True)

    assert store.choices.list_favourites("ann") == ("b", "a", "c")
    store.close()


def test_a_favourite_is_let_go_also_twice(store: Store) -> None:
    store.choices.set_favourite("ann", "a", is_favourite=True)

    store.choices.set_favourite("ann", "a", is_favourite=False)
    store.choices.set_favourite("ann", "a", is_favourite=False)

    assert store.choices.list_favourites("ann") == ()


def test_nobody_sees_anothers_choices(store: Store) -> None:
    store.choices.set_favourite("ann", "a", is_favourite=True)
    store.choices.save_preset("ann", Preset("Terse", "Be brief."))

    store.choices.set_favourite("bob", "a", is_favourite=False)
    store.choices.delete_preset("bob", "Terse")

    assert store.choices.list_favourites("bob") == ()
    assert store.choices.list_presets("bob") == ()
    assert store.choices.list_favourites("ann") == ("a",)
    assert store.choices.list_presets("ann") == (Preset("Terse", "Be brief."),)


def test_a_preset_of_the_same_name_replaces_the_first(store: Store) -> None:
    store.choices.save_preset("ann", Preset("Terse", "Be brief."))
    store.choices.save_preset("ann", Preset("Pirate", "Arr."))

    store.choices.save_preset("ann", Preset("Terse", "One word."))

    assert store.choices.list_presets("ann") == (
        Preset("Pirate", "Arr."),
        Preset("Terse", "One word."),
    )


def test_a_deleted_preset_is_gone(store: Store) -> None:
    store.choices.save_preset("ann", Preset("Terse", "Be brief."))

    store.choices.delete_preset("ann", "Terse")

    assert store.choices.list_presets("ann") == ()


def test_an_account_takes_the_choices_over_and_its_own_win(store: Store) -> None:
    for owner, text in (("cookie", "old"), ("account", "new")):
        store.choices.save_preset(owner, Preset("Terse", text))
        store.choices.set_favourite(owner, "a", is_favourite=True)
    store.choices.set_favourite("cookie", "b", is_favourite=True)

    store.adopt("cookie", "account")

    assert set(store.choices.list_favourites("account")) == {"a", "b"}
    assert store.choices.list_presets("account") == (Preset("Terse", "new"),)
    assert store.choices.list_favourites("cookie") == ()


def test_what_cannot_be_kept_is_said_in_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError):
        store.choices.save_preset("ann", Preset("Terse", "nul \0"))
