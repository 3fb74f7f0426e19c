"""A stand-in for OpenRouter's sign-in: the page where a visitor agrees, and the code's exchange.

Who agrees gets a new key of OpenRouter's shape, made from the code so that tests can look for it.
`key_label=expired` in the page's address makes codes that are too old at once.
Source of both: openrouter.ai/docs/guides/overview/auth/oauth.
"""

import base64
import hashlib
import html
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from chat.simulator.refusals import ErrorAnswer, error_answer

CODE_LIFE_S = 600.0
KEPT = 1000

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated OpenRouter</title>
<body style="font:16px system-ui;max-width:28rem;margin:4rem auto;padding:0 1rem">
<h1>Simulated OpenRouter</h1><p>{text}</p>{rest}</body></html>"""


@dataclass(frozen=True, slots=True)
class _Code:
    challenge: str
    made_s: float


def key_of_code(code: str) -> str:
    """The key that a code is exchanged for."""
    return f"sk-or-v1-{hashlib.sha256(code.encode()).hexdigest()}"


class SignInDesk:
    """The two routes, over the codes that were given out."""

    def __init__(self) -> None:
        self._codes: OrderedDict[str, _Code] = OrderedDict()

    def routes(self) -> list[Route]:
        """What to add to the simulator's routes."""
        return [
            Route("/auth", self.agree, methods=["GET"]),
            Route("/api/v1/auth/keys", self.exchange, methods=["POST"]),
        ]

    async def agree(self, request: Request) -> Response:
        """The page that asks whether this app may have a key."""
        asked = request.query_params
        challenge, callback = asked.get("code_challenge", ""), asked.get("callback_url")
        if asked.get("code_challenge_method") != "S256" or not challenge:
            return HTMLResponse(_PAGE.format(text="code_challenge is missing.", rest=""), 400)
        code = self._new_code(challenge, is_old=asked.get("key_label") == "expired")
        if callback is None:
            shown = f"<p>Your code:</p><code>{code}</code>"
            return HTMLResponse(_PAGE.format(text="Copy the code into the app.", rest=shown))
        joint = "&" if urlsplit(callback).query else "?"
        yes = html.escape(f"{callback}{joint}{urlencode({'code': code})}")
        no = html.escape(callback)
        links = f'<p><a href="{yes}">Authorize</a></p><p><a href="{no}">Cancel</a></p>'
        text = f"{html.escape(urlsplit(callback).netloc)} wants a key of this account."
        return HTMLResponse(_PAGE.format(text=text, rest=links))

    async def exchange(self, request: Request) -> Response:
        """POST /auth/keys: a code and its verifier for a key, once."""
        try:
            body = json.loads(await request.body())
        except ValueError:
            body = None
        if not isinstance(body, Mapping) or body.get("code_challenge_method") != "S256":
            return _refused(error_answer(400, "Invalid code_challenge_method"))
        code = self._codes.pop(str(body.get("code")), None)
        if code is None or time.monotonic() - code.made_s > CODE_LIFE_S:
            return _refused(error_answer(403, "Invalid code"))
        if _challenge_of(str(body.get("code_verifier"))) != code.challenge:
            return _refused(error_answer(403, "Invalid code_verifier"))
        return JSONResponse({"key": key_of_code(str(body["code"])), "user_id": "user_simulated"})

    def _new_code(self, challenge: str, *, is_old: bool) -> str:
        code = f"auth_code_{secrets.token_hex(16)}"
        made_s = time.monotonic() - (2 * CODE_LIFE_S if is_old else 0.0)
        self._codes[code] = _Code(challenge, made_s)
        if len(self._codes) > KEPT:
            self._codes.popitem(last=False)
        return code


def _challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _refused(error: ErrorAnswer) -> Response:
    return JSONResponse(error.body, error.status, error.headers)
