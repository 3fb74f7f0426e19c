"""Sign-ins at OpenRouter: each nonce, code and key once, for its visitor, for ten minutes."""

import asyncio
import base64
import hashlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted import HandClock

from chat.errors import ConnectionLost, ProviderError, Refused
from chat.messages import Secret
from chat.sign_in import FORGOTTEN_S, HELD, HELD_BY_VISITOR, LIFE_S, SignIns

AUTH = "https://openrouter.example/auth"
ROOT = "http://localhost:8501/api/connect/"
KEY = Secret("sk-or-v1-" + "a1" * 32)


@dataclass
class Desk:
    """OpenRouter's side: which code with which verifier was brought."""

    answer: Secret | ProviderError = KEY
    brought: list[tuple[str, str]] = field(default_factory=list)
    works: list[Coroutine[Any, Any, None]] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.sign_ins = SignIns(AUTH, self.exchange, self.works.append, self.clock)

    async def exchange(self, code: str, verifier: str) -> Secret:
        self.brought.append((code, verifier))
        if isinstance(self.answer, ProviderError):
            raise self.answer
        return self.answer

    def work(self) -> None:
        while self.works:
            asyncio.run(self.works.pop(0))

    def begin(self, visitor: str = "ann", back: str = "/?c=1") -> str:
        """Begins a sign-in; gives its nonce."""
        asked = query_of(self.sign_ins.begin(visitor, ROOT, back))
        return asked["callback_url"].removeprefix(ROOT)

    def come_back(self, nonce: str, visitor: str = "ann", code: str = "code") -> Secret | str:
        """What the visitor is given on coming back with a code."""
        finished = self.sign_ins.finish(visitor, nonce, code)
        self.work()
        return self.sign_ins.collect(visitor, finished.claim)


def query_of(address: str) -> dict[str, str]:
    assert address.startswith(f"{AUTH}?")
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def test_a_sign_in_ends_with_the_key() -> None:
    desk = Desk()
    asked = query_of(desk.sign_ins.begin("ann", ROOT, "/?c=1"))
    nonce = asked["callback_url"].removeprefix(ROOT)

    finished = desk.sign_ins.finish("ann", nonce, "code-1")
    assert desk.sign_ins.is_pending("ann", finished.claim)
    desk.work()

    assert finished.back == "/?c=1"
    assert not desk.sign_ins.is_pending("ann", finished.claim)
    assert desk.sign_ins.collect("ann", finished.claim) == KEY
    ((code, verifier),) = desk.brought
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    assert (code, asked["code_challenge_method"]) == ("code-1", "S256")
    assert asked["code_challenge"] == digest.decode().rstrip("=")
    assert 43 <= len(verifier) <= 128


def test_a_code_is_taken_by_hand_where_nobody_can_be_sent_back() -> None:
    desk = Desk()
    asked = query_of(desk.sign_ins.begin_with_code("ann"))

    claim = desk.sign_ins.finish_with_code("ann", " code-1\n").claim
    desk.work()

    assert "callback_url" not in asked
    assert desk.sign_ins.collect("ann", claim) == KEY
    assert desk.brought[0][0] == "code-1"


def test_a_nonce_works_once() -> None:
    desk = Desk()
    nonce = desk.begin()

    assert (desk.come_back(nonce), desk.come_back(nonce)) == (KEY, "unknown")
    assert len(desk.brought) == 1


def test_a_foreign_nonce_is_unknown_and_stays_its_owners() -> None:
    desk = Desk()
    nonce = desk.begin("ann")

    assert desk.come_back(nonce, "ben") == "unknown"
    assert desk.brought == []
    assert desk.come_back(nonce, "ann") == KEY


@pytest.mark.parametrize("nonce", ["", "made-up", "code of ann"])
def test_a_nonce_that_nobody_was_given_is_unknown(nonce: str) -> None:
    assert Desk().come_back(nonce) == "unknown"


def test_after_ten_minutes_a_sign_in_is_over() -> None:
    desk = Desk()
    nonce = desk.begin()
    desk.clock.now_s += LIFE_S + 1

    assert desk.come_back(nonce) == "expired"
    assert desk.brought == []


def test_a_key_is_collected_once_and_by_its_visitor() -> None:
    desk = Desk()
    claim = desk.sign_ins.finish("ann", desk.begin(), "code").claim
    desk.work()

    assert desk.sign_ins.collect("ben", claim) == "unknown"
    assert desk.sign_ins.collect("ann", claim) == KEY
    assert desk.sign_ins.collect("ann", claim) == "unknown"


def test_a_key_that_nobody_collects_is_not_given_out_later() -> None:
    desk = Desk()
    claim = desk.sign_ins.finish("ann", desk.begin(), "code").claim
    desk.work()
    desk.clock.now_s += LIFE_S + 1

    assert desk.sign_ins.collect("ann", claim) == "expired"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", "denied"),
        ("  ", "denied"),
        ("a b", "refused"),
        ("é", "refused"),
        ("x" * 600, "refused"),
    ],
)
def test_what_is_no_code_is_not_brought_to_openrouter(code: str, fault: str) -> None:
    desk = Desk()

    assert desk.come_back(desk.begin(), code=code) == fault
    assert desk.brought == []


@pytest.mark.parametrize(
    ("error", "fault"),
    [(Refused("Invalid code", status=403), "refused"), (ConnectionLost(), "unreachable")],
)
def test_a_refusal_is_told_from_an_outage(error: ProviderError, fault: str) -> None:
    desk = Desk(error)

    assert desk.come_back(desk.begin()) == fault


def test_only_so_many_sign_ins_are_held() -> None:
    desk = Desk()
    first = desk.begin()
    for number in range(HELD):
        desk.begin(f"ben{number}")

    assert desk.come_back(first) == "unknown"


def test_what_is_held_shows_no_key_when_printed() -> None:
    desk = Desk()
    desk.sign_ins.finish("ann", desk.begin(), "code")
    desk.work()

    assert KEY.value not in repr(vars(desk.sign_ins))


def test_one_visitor_pushes_out_nobody_elses() -> None:
    desk = Desk()
    anns = desk.begin("ann")
    for _ in range(HELD + 1):
        desk.sign_ins.finish("ben", desk.begin("ben"), "")
        desk.begin("ben")

    held = vars(desk.sign_ins)
    assert (len(held["_begun"]), len(held["_results"])) == (HELD_BY_VISITOR + 1, HELD_BY_VISITOR)
    assert desk.come_back(anns) == KEY


def test_who_has_no_cookie_leaves_nothing_behind() -> None:
    desk = Desk()

    claim = desk.sign_ins.finish("", "made-up", "code").claim

    assert vars(desk.sign_ins)["_results"] == {}
    assert desk.sign_ins.collect("", claim) == "unknown"


def test_what_nobody_came_back_for_is_let_go_of_at_the_next() -> None:
    desk = Desk()
    desk.begin("ann")
    desk.clock.now_s += FORGOTTEN_S + 1

    desk.begin("ben")

    assert len(vars(desk.sign_ins)["_begun"]) == 1
