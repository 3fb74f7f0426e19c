"""A stand-in for an OpenID Connect provider: a server whose one account says yes at once.

What it speaks is the authorization code flow with PKCE and a signed id token:
https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowSteps
"""

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from uvicorn import Config, Server

CLIENT_ID, CLIENT_SECRET = "tickertape", "a secret between the two"


class IdentityProvider:
    """The provider; `subject` is who has logged in there."""

    def __init__(self, issuer: str, subject: str = "ann") -> None:
        self.issuer = issuer
        self.subject = subject
        self._key = RSAKey.generate_key(2048, {"kid": "1", "alg": "RS256", "use": "sig"})
        self._asked: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/authorize", self._authorize),
                Route("/token", self._give_token, methods=["POST"]),
                Route("/keys", self._show_keys),
            ]
        )

    async def _describe(self, _request: Request) -> Response:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
        return JSONResponse(
            {name: f"{self.issuer}/{path}" for name, path in places.items()}
            | {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe()
        self._asked[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 302)

    async def _give_token(self, request: Request) -> Response:
        form = await request.form()
        asked = self._asked.pop(str(form["code"]))
        assert asked["code_challenge"] == _challenge(str(form["code_verifier"]))
        now_s = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": now_s,
            "exp": now_s + 600,
            "name": self.subject.capitalize(),
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self._key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    async def _show_keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self._key]).as_dict(private=False))


@contextmanager
def served_identity() -> Iterator[IdentityProvider]:
    """A provider on a free port of the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = IdentityProvider(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = Server(Config(provider.app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield provider
        server.should_exit = True
        thread.join()


def write_secrets(path: Path, issuer: str, app_url: str) -> None:
    """What an operator writes to have Streamlit's login."""
    path.write_text(
        f"""[auth]
redirect_uri = "{app_url}oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
""",
        "utf-8",
    )


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
