"""The routes that set and clear the cookie of a remembered key."""

from http.cookies import Morsel, SimpleCookie

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from chat.api.remember import KEY_COOKIE, remember_routes
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.messages import Secret
from chat.sealing import LIFE_S, Sealer
from chat.tickets import Tickets

KEY = Secret("sk-or-v1-" + "a1" * 32)
ANN, BEN = new_visitor_id(), new_visitor_id()
HOME = {"sec-fetch-site": "same-origin", "origin": "http://testserver"}
TICKETS, SEALER = Tickets(lambda: 0.0), Sealer(b"s" * 32, lambda: 0.0)
CLIENT = TestClient(Starlette(routes=remember_routes(lambda: TICKETS, lambda: SEALER)))


def post(
    what: str, body: str = "", visitor: str | None = ANN, headers: dict[str, str] = HOME
) -> tuple[int, Morsel[str] | None]:
    """The status, and the key's cookie where one is set."""
    cookie = {"cookie": f"{COOKIE_NAME}={visitor}"} if visitor is not None else {}
    CLIENT.cookies.clear()
    answer = CLIENT.post(f"/api/key/{what}", content=body, headers={**headers, **cookie})
    assert KEY.value not in f"{answer.headers} {answer.text}"
    kept = SimpleCookie(answer.headers.get("set-cookie", ""))
    return answer.status_code, kept.get(KEY_COOKIE)


def test_a_ticket_becomes_a_sealed_cookie() -> None:
    status, cookie = post("remember", TICKETS.issue(ANN, KEY))

    assert status == 204
    assert cookie is not None
    assert SEALER.open(cookie.value, ANN) == KEY
    assert SEALER.open(cookie.value, BEN) is None
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
    assert (int(cookie["max-age"]), cookie["secure"]) == (LIFE_S, "")


def test_over_https_the_cookie_is_for_https_only() -> None:
    headers = HOME | {"origin": "https://testserver"}

    _, cookie = post("remember", TICKETS.issue(ANN, KEY), headers=headers)

    assert cookie is not None
    assert cookie["secure"]


def test_forgetting_clears_the_cookie() -> None:
    status, cookie = post("forget")

    assert status == 204
    assert cookie is not None
    assert (cookie.value, cookie["max-age"]) == ("", "0")


@pytest.mark.parametrize("ticket", ["", "made-up", "x" * 5000, "é"])
def test_a_ticket_that_is_none_sets_nothing(ticket: str) -> None:
    assert post("remember", ticket) == (410, None)


def test_another_visitors_ticket_sets_nothing() -> None:
    assert post("remember", TICKETS.issue(ANN, KEY), BEN) == (410, None)


def test_a_used_ticket_sets_nothing() -> None:
    ticket = TICKETS.issue(ANN, KEY)
    post("remember", ticket)

    assert post("remember", ticket) == (410, None)


@pytest.mark.parametrize("what", ["remember", "forget"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://evil.example"}, {**HOME, "sec-fetch-site": "cross-site"}],
    ids=["nothing", "other origin", "other site"],
)
def test_only_a_page_of_ours_may_ask(what: str, headers: dict[str, str]) -> None:
    assert post(what, TICKETS.issue(ANN, KEY), headers=headers) == (403, None)


def test_without_a_visitor_nothing_is_remembered() -> None:
    assert post("remember", TICKETS.issue(ANN, KEY), visitor=None) == (403, None)


@pytest.mark.parametrize("what", ["remember", "forget"])
def test_a_link_cannot_ask(what: str) -> None:
    assert CLIENT.get(f"/api/key/{what}", headers=HOME).status_code == 405
