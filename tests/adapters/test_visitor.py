"""The visitor's cookie: one for each browser, given with a page and with nothing else."""

from http.cookies import Morsel, SimpleCookie

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message

from chat.api.visitor import COOKIE_NAME, VisitorCookie, is_visitor_id, new_visitor_id


def page(_: Request) -> Response:
    response = HTMLResponse("<p>hello")
    response.set_cookie("other", "1")
    return response


def data(_: Request) -> Response:
    return JSONResponse({})


APP = Starlette(
    routes=[Route("/", page), Route("/data", data)], middleware=[Middleware(VisitorCookie)]
)


async def cookies_set(path: str = "/", cookie: str = "", scheme: str = "http") -> SimpleCookie:
    """What one request makes a browser keep."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), *([(b"cookie", cookie.encode())] if cookie else [])]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""}
    await APP({**scope, "scheme": scheme, "http_version": "1.1"}, receive, send)
    assert sent[0]["status"] == 200
    kept: SimpleCookie = SimpleCookie()
    for name, value in sent[0]["headers"]:
        if name == b"set-cookie":
            kept.load(value.decode())
    return kept


async def given(path: str = "/", cookie: str = "", scheme: str = "http") -> Morsel[str] | None:
    """The visitor's cookie that one request sets, or None."""
    return (await cookies_set(path, cookie, scheme)).get(COOKIE_NAME)


async def test_a_browser_without_an_id_is_given_one_with_a_page() -> None:
    cookie = await given()

    assert cookie is not None
    assert is_visitor_id(cookie.value)
    assert (cookie["path"], int(cookie["max-age"])) == ("/", 365 * 24 * 3600)


async def test_scripts_and_other_sites_do_not_get_at_the_cookie() -> None:
    cookie = await given()

    assert cookie is not None
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


async def test_each_browser_is_given_another_id() -> None:
    one, other = await given(), await given()

    assert one is not None
    assert other is not None
    assert one.value != other.value


@pytest.mark.parametrize(("scheme", "secure"), [("http", ""), ("https", True)])
async def test_over_https_the_cookie_is_for_https_only(scheme: str, secure: bool | str) -> None:
    cookie = await given(scheme=scheme)

    assert cookie is not None
    assert cookie["secure"] == secure


async def test_data_comes_without_a_cookie() -> None:
    assert await given("/data") is None


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "a=1; {}",
        "{}; b=2",
        'a="x; y"; {}',
        "_xsrf=2|1:0|x; {}",
        'x={{"a": 1}}; {}',
        "foo[bar]=1; {}",
        "name=Zoë; {}",
    ],
)
async def test_an_id_of_ours_is_kept(around: str) -> None:
    cookie = around.format(f"{COOKIE_NAME}={new_visitor_id()}")

    assert await given(cookie=cookie) is None


@pytest.mark.parametrize(
    "value", ["", "short", "x" * 23, "x" * 21 + "!", "../../../../etc/passwd", "x" * 9999]
)
async def test_an_id_that_is_none_of_ours_is_replaced(value: str) -> None:
    cookie = await given(cookie=f"{COOKIE_NAME}={value}")

    assert cookie is not None
    assert is_visitor_id(cookie.value)
    assert cookie.value != value


async def test_the_apps_own_cookies_stay() -> None:
    assert set(await cookies_set()) == {"other", COOKIE_NAME}


async def test_what_is_no_http_request_passes_through() -> None:
    seen: list[str] = []

    async def app(scope: Message, _receive: object, _send: object) -> None:
        seen.append(scope["type"])

    async def never() -> Message:
        raise AssertionError

    async def send(_message: Message) -> None:
        raise AssertionError

    await VisitorCookie(app)({"type": "websocket"}, never, send)

    assert seen == ["websocket"]
