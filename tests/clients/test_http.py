"""The API as curl meets it: who may ask, what is refused, which headers answers have."""

import hashlib
import json
import socket
from typing import Any

import httpx2
import pytest

from chat.api.visitor import COOKIE_NAME, new_visitor_id

from .conftest import TOKEN

ANN, EVE = new_visitor_id(), new_visitor_id()
OURS = {"sec-fetch-site": "same-origin"}
BEARER = {"authorization": f"Bearer {TOKEN}"}
PATIENCE_S = 20.0
SHORT = "sim/burst-len-3-ttft-0"


def cookie(visitor: str) -> dict[str, str]:
    return {"cookie": f"{COOKIE_NAME}={visitor}"}


def a_question(chat_id: str, **more: object) -> dict[str, Any]:
    parts = [{"type": "text", "text": "Hi"}]
    return {"id": chat_id, "message": {"role": "user", "parts": parts}, "model": SHORT, **more}


@pytest.fixture
def http(server: str) -> httpx2.Client:
    return httpx2.Client(base_url=server, timeout=PATIENCE_S)


def ask(http: httpx2.Client, chat_id: str, headers: dict[str, str], **more: object) -> Any:
    return http.post("/api/chat", json=a_question(chat_id, **more), headers=headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/chat"),
        ("GET", "/api/chat?chatId=c"),
        ("GET", "/api/chat/c/stream"),
        ("POST", "/api/chat/c/stop"),
        ("GET", "/api/chats"),
        ("GET", "/api/chats/c"),
        ("GET", "/api/chats/c/export.md"),
        ("GET", "/api/chats/c/export.json"),
        ("GET", "/api/models"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/models"),
    ],
)
@pytest.mark.parametrize("token", [None, "x", "tt_unknown", "ÿ", TOKEN[:-1]])
def test_nobody_may_do_anything(
    http: httpx2.Client, method: str, path: str, token: str | None
) -> None:
    headers = {} if token is None else {"authorization": f"Bearer {token}".encode("latin-1")}

    answer = http.request(method, path, headers=headers)  # type: ignore[arg-type]  # bytes too

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert len(answer.text) < 250


def test_a_visitors_own_page_may_ask_and_another_site_may_not(http: httpx2.Client) -> None:
    assert ask(http, "own", cookie(ANN) | OURS).status_code == 200

    for headers in ({}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = ask(http, "own", cookie(ANN) | headers)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (
            403,
            "text/plain",
        )


def test_a_foreign_page_cannot_stop_either(http: httpx2.Client) -> None:
    assert http.post("/api/chat/c/stop", headers=cookie(ANN)).status_code == 403
    assert http.post("/api/chat/c/stop", headers=cookie(ANN) | OURS).status_code == 204


def test_the_same_name_is_another_conversation_for_another_owner(http: httpx2.Client) -> None:
    anns = ask(http, "same", cookie(ANN) | OURS).headers["x-tickertape-conversation"]
    eves = ask(http, "same", cookie(EVE) | OURS).headers["x-tickertape-conversation"]

    assert anns != eves
    assert http.get(f"/api/chats/{anns}", headers=cookie(ANN)).status_code == 200
    for path in (f"/api/chats/{anns}", f"/api/chats/{anns}/export.md"):
        assert http.get(path, headers=cookie(EVE)).status_code == 404
    assert http.get(f"/api/chat/{anns}/stream", headers=cookie(EVE)).status_code == 204


def test_an_ended_answer_can_be_followed_a_while_longer(http: httpx2.Client) -> None:
    whole = ask(http, "grace", BEARER).text

    again = http.get("/api/chat/grace/stream", headers=BEARER)

    assert again.status_code == 200
    assert again.text == whole


def test_the_streams_headers_are_those_of_the_sdk(http: httpx2.Client) -> None:
    new = ask(http, "headers", BEARER)
    old = http.post(
        "/api/chat",
        json={"id": "old", "messages": [{"role": "user", "content": "Hi"}], "model": SHORT},
        headers=BEARER | {"accept-encoding": "gzip"},
    )

    assert new.headers["content-type"] == "text/event-stream"
    assert new.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert new.headers["x-accel-buffering"] == "no"
    assert new.text.endswith("data: [DONE]\n\n")
    assert old.headers["x-vercel-ai-data-stream"] == "v1"
    assert old.headers["content-encoding"] == "identity"


@pytest.mark.parametrize(
    "path", ["/api", "/api/nowhere", "/api/chat/a%2Fb/stream", "/api/chats/a/b/c"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_where_nothing_is_the_answer_is_no_page(
    http: httpx2.Client, path: str, method: str
) -> None:
    answer = http.request(method, path, headers=BEARER)

    assert answer.status_code == 404
    assert answer.text == "There is nothing at this address."


@pytest.mark.parametrize("path", ["/v1", "/v1/embeddings", "/v1/models/x"])
def test_where_nothing_is_openais_clients_read_an_error(http: httpx2.Client, path: str) -> None:
    answer = http.post(path, headers=BEARER)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "There is nothing at this address."


def test_the_wrong_method_is_told_the_right_one(http: httpx2.Client) -> None:
    answer = http.delete("/api/chats", headers=BEARER)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"nul", b"\xff", b"[" * 5000, b'"x"'])
@pytest.mark.parametrize("path", ["/api/chat", "/v1/chat/completions"])
def test_what_is_no_request_is_refused_in_a_sentence(
    http: httpx2.Client, path: str, body: bytes
) -> None:
    answer = http.post(path, content=body, headers=BEARER)

    assert answer.status_code == 400
    assert len(answer.text) < 200


@pytest.mark.parametrize("text", ["", "  ", "half \ud83d", "nul \0"])
def test_a_message_that_cannot_be_sent_is_refused(http: httpx2.Client, text: str) -> None:
    body = a_question("odd") | {"message": {"role": "user", "parts": [_part(text)]}}

    answer = http.post("/api/chat", content=json.dumps(body), headers=BEARER)

    assert answer.status_code == 400


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE_S) as connection:
        head = "POST /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        connection.sendall(f"{head}{TOKEN}\r\nContent-Length: 9999999999\r\n\r\n{{".encode())

        assert b" 413 " in connection.recv(100)


def test_a_body_of_unknown_length_is_read_up_to_the_limit(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    piece = b"2710\r\n" + b" " * 10_000 + b"\r\n"
    with socket.create_connection((host, int(port)), PATIENCE_S) as connection:
        head = "POST /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        connection.sendall(f"{head}{TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        connection.sendall(piece * 11)  # one more than may be; the end never comes

        assert b" 413 " in connection.recv(100)


def test_only_named_sites_pages_may_read_answers(http: httpx2.Client) -> None:
    asked = {"access-control-request-method": "POST", "origin": "https://friend.example"}
    friend = http.options("/api/chat", headers=asked)
    stranger = http.options("/api/chat", headers=asked | {"origin": "https://evil.example"})
    read = http.get("/api/chats", headers=BEARER | {"origin": "https://friend.example"})

    assert friend.headers["access-control-allow-origin"] == "https://friend.example"
    assert "access-control-allow-credentials" not in friend.headers
    assert stranger.status_code == 400
    assert read.headers["access-control-allow-origin"] == "https://friend.example"


def test_the_pages_own_requests_are_no_business_of_cors(http: httpx2.Client) -> None:
    page = http.get("/", headers={"origin": "https://friend.example"})

    assert "access-control-allow-origin" not in page.headers


def test_a_conversation_is_exported_as_on_the_page(http: httpx2.Client) -> None:
    place = ask(http, "export", BEARER).headers["x-tickertape-conversation"]

    as_text = http.get("/api/chats/export/export.md", headers=BEARER)
    as_file = http.get(f"/api/chats/{place}/export.json", headers=BEARER)

    assert as_text.text.startswith("# Hi\n\n## You\n\nHi\n\n## sim/burst")
    assert as_text.headers["content-disposition"].startswith("attachment; ")
    assert as_file.json()["conversations"][0]["id"] == place


def test_a_healthy_server_says_so_to_anybody(http: httpx2.Client) -> None:
    health = http.get("/api/health")

    assert (health.status_code, health.json()["status"]) == (200, "ok")
    assert health.json()["database"] == "ok"
    assert health.json()["engineLagMs"] >= 0


def test_no_key_stands_in_a_refusal_or_an_error(http: httpx2.Client, openrouter: str) -> None:
    key = "sk-or-v1-" + "c3d4" * 16
    refused = ask(http, "key", BEARER, apiKey=f"{key} x")
    failed = ask(http, "key", BEARER, apiKey=key, model="acme/sim-401-quoted")
    told = httpx2.get(f"{openrouter}/sim/generations").json()[0]["id"]
    asked = httpx2.get(f"{openrouter}/sim/generations/{told}").json()

    assert asked["key_sha256"] == hashlib.sha256(key.encode()).hexdigest()
    assert refused.status_code == 400
    assert "Incorrect API key provided: ********" in failed.text
    assert key not in refused.text + failed.text


def _part(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
