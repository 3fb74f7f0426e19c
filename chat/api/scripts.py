"""`GET /scripts/{name}`: the page's own scripts, which a browser fetches once and keeps.

Streamlit would put a component's whole script into every message that draws it anew.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

SCRIPT_PATH = "/scripts/{name}"
KEPT_S = 365 * 24 * 3600


def script_routes(files: Iterable[Path]) -> list[Route]:
    """The route for these files, each known by its name; anything else is not there."""
    texts = {file.name: file.read_text("utf-8") for file in files}

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
    version = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    return f"{SCRIPT_PATH.format(name=file.name)[1:]}?{version}"


def loader(file: Path) -> str:
    """The few lines a component brings instead of its script: they fetch it, wherever the app is.

    A script that did not come, as from a server that just restarts, is asked for again, at once and
    at the next draw.
    """
    return (
        f'const load = () => import(new URL("{script_address(file)}", document.baseURI))\n'
        "export default async (drawn) => (await load().catch(load)).default(drawn)\n"
    )
