"""`GET /api/connect` sends the browser to OpenRouter's sign-in; below it, it comes back.

`?by=code` begins the sign-in whose code is copied by hand, for servers that OpenRouter cannot send
a browser back to.
"""

from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from chat.api.visitor import visitor_of
from chat.sign_in import SignIns

CONNECT_PATH = "/api/connect"
CLAIM = "connected"
"""The page's parameter that says what to collect; useless to anybody but the visitor."""

_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_CONVERSATION = "c"


def connect_routes(sign_ins: Callable[[], SignIns]) -> list[Route]:
    """The two routes.

    Args:
        sign_ins: Gives the process's sign-ins; asked at each request.
    """

    async def begin(request: Request) -> Response:
        visitor, page = visitor_of(request.headers), _page_of(request)
        if visitor is None or page is None:
            return _to("/")
        if request.query_params.get("by") == "code":
            return _to(sign_ins().begin_with_code(visitor))
        root = f"{page.scheme}://{page.netloc}{CONNECT_PATH}/"
        return _to(sign_ins().begin(visitor, root, _path_of(page)))

    async def end(request: Request) -> Response:
        visitor = visitor_of(request.headers) or ""
        code = request.query_params.get("code", "")
        finished = sign_ins().finish(visitor, request.path_params["nonce"], code)
        joint = "&" if "?" in finished.back else "?"
        return _to(f"{finished.back}{joint}{urlencode({CLAIM: finished.claim})}")

    return [
        Route(CONNECT_PATH, begin, methods=["GET"]),
        Route(f"{CONNECT_PATH}/{{nonce}}", end, methods=["GET"]),
    ]


def _page_of(request: Request) -> SplitResult | None:
    """The page of ours whose link was followed, or None where it was none of ours.

    The browser knows best under which address the page was opened; a proxy may have changed it.
    """
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return None
    site = request.headers.get("sec-fetch-site")
    # Over plain HTTP browsers leave the second header out.
    is_ours = site == "same-origin" if site else page.netloc == request.headers.get("host")
    return page if is_ours and page.scheme in {"http", "https"} and page.netloc else None


def _path_of(page: SplitResult) -> str:
    """Where to return to: the page's path, and of its parameters only the conversation."""
    path = "/" + page.path.lstrip("/")
    found = parse_qs(page.query).get(_CONVERSATION, [])[:1]
    return f"{path}?{urlencode({_CONVERSATION: found[0]})}" if found else path


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, _PRIVATE)
