"""`GET /scripts/{name}`: the page's own scripts, which a browser fetches once and keeps.

Streamlit would put a component's whole script into every message that draws it anew.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

SCRIPT_PATH = "/scripts/{name}"
KEPT_S = 365 * 24 * 3600
_BESIDE = re.compile(r'(?<= from "\./)[\w-]+\.js(?=")')
"""What a script imports that stands beside it."""


def script_routes(files: Iterable[Path]) -> list[Route]:
    """The route for these files, each known by its name; anything else is not there."""
    texts = {file.name: _text(file) for file in files}

    async def script(request: Request) -> Response:
        text = texts.get(request.path_params["name"])
        if text is None:
            return PlainTextResponse("There is no such script.", 404)
        # Another version has another address, see `script_address`.
        kept = {"Cache-Control": f"public, max-age={KEPT_S}, immutable"}
        return Response(text, media_type="text/javascript", headers=kept)

    return [Route(SCRIPT_PATH, script)]


def script_address(file: Path) -> str:
    """Where a script is, below the app's own address; another version is elsewhere."""
    return f"{SCRIPT_PATH.format(name=file.name)[1:]}?{_version(file)}"


def loader(file: Path) -> str:
    """The few lines a component brings instead of its script: they fetch it, wherever the app is.

    A script that did not come, as from a server that just restarts, is asked for again, at once and
    at the next draw.
    """
    return (
        f'const load = () => import(new URL("{script_address(file)}", document.baseURI))\n'
        "export default async (drawn) => (await load().catch(load)).default(drawn)\n"
    )


def _text(file: Path) -> str:
    """The script as it is sent: what it imports has its version, and so this one's changes too."""
    return _BESIDE.sub(
        lambda name: f"{name[0]}?{_version(file.with_name(name[0]))}", file.read_text("utf-8")
    )


def _version(file: Path) -> str:
    return hashlib.sha256(_text(file).encode()).hexdigest()[:8]
