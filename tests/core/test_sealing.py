"""A remembered key: opened by its visitor's server only, unchanged only, for thirty days."""

import base64
import stat
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.messages import Secret
from chat.sealing import LIFE_S, Sealer, load_secret

KEY = Secret("sk-or-v1-" + "a1" * 32)
NOON_S = 1_795_000_000.0
# Of the URL-safe Base64 alphabet (RFC 4648, section 5).
LETTERS = string.ascii_letters + string.digits + "-_"


class Clock:
    now_s = NOON_S

    def __call__(self) -> float:
        return self.now_s


def sealer(secret: bytes = b"s" * 32) -> Sealer:
    return Sealer(secret, lambda: NOON_S)


def test_its_visitor_gets_the_key_back() -> None:
    assert sealer().open(sealer().seal(KEY, "ann"), "ann") == KEY


def test_the_sealed_key_holds_nothing_of_it_and_fits_a_cookie() -> None:
    sealed = sealer().seal(KEY, "ann")

    assert KEY.value.encode() not in base64.urlsafe_b64decode(sealed + "==")
    assert sealed != sealer().seal(KEY, "ann")
    assert sealed.replace("-", "").replace("_", "").isalnum()
    assert len(sealer().seal(Secret("sk-or-" + "k" * 506), "ann")) < 1000


@pytest.mark.parametrize("visitor", ["ben", "", "anna", "ANN"])
def test_another_visitor_gets_nothing(visitor: str) -> None:
    assert sealer().open(sealer().seal(KEY, "ann"), visitor) is None


def test_another_secret_opens_nothing() -> None:
    assert sealer(b"t" * 32).open(sealer().seal(KEY, "ann"), "ann") is None


def test_after_thirty_days_it_does_not_open() -> None:
    clock = Clock()
    own = Sealer(b"s" * 32, clock)
    sealed = own.seal(KEY, "ann")

    clock.now_s += LIFE_S - 1
    assert own.open(sealed, "ann") == KEY
    clock.now_s += 2
    assert own.open(sealed, "ann") is None


# What is drawn must not depend on the sealed text: its nonce differs in each run.
@given(place=st.integers(0, 10**6), step=st.integers(1, len(LETTERS) - 1))
def test_a_changed_character_opens_nothing(place: int, step: int) -> None:
    sealed = sealer().seal(KEY, "ann")
    # The last character of an unpadded Base64 text has bits that mean nothing.
    place %= len(sealed) - 1
    other = LETTERS[(LETTERS.index(sealed[place]) + step) % len(LETTERS)]

    assert sealer().open(sealed[:place] + other + sealed[place + 1 :], "ann") is None


@given(st.text(max_size=200))
def test_whatever_stands_in_the_cookie_nothing_is_raised(text: str) -> None:
    assert sealer().open(text, "ann") is None


def test_a_secret_is_made_once_and_for_the_operator_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "cookie.secret"

    first = load_secret(None, path)

    assert load_secret(None, path) == first == path.read_bytes()
    assert len(first) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_setting_wins_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "cookie.secret"

    assert load_secret(Secret("sixteen letters."), path) == b"sixteen letters."
    assert not path.exists()


@pytest.mark.parametrize("content", [None, b"", b"short"])
def test_without_a_usable_file_the_secret_lasts_as_long_as_the_process(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "cookie.secret"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    assert len(load_secret(None, path)) == 32
    assert load_secret(None, path) != load_secret(None, path)


def test_a_secret_that_others_may_read_is_taken_from_them(tmp_path: Path) -> None:
    path = tmp_path / "cookie.secret"
    first = load_secret(None, path)
    path.chmod(0o644)

    assert load_secret(None, path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
