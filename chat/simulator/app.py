"""The simulator's routes: OpenRouter's under /api/v1, and under /sim what was sent and when."""

import hashlib
import re
import secrets
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chat.simulator.asked import BadRequest, read_request
from chat.simulator.catalogue import describe_generation, describe_key, list_models
from chat.simulator.connect import SignInDesk
from chat.simulator.endpoints import describe_endpoints
from chat.simulator.exchange import Exchange, plan_exchange, refusal_exchange
from chat.simulator.grammar import UnknownScenario, read_scenario
from chat.simulator.hosts import hosted
from chat.simulator.playback import Playback
from chat.simulator.records import Record, Records
from chat.simulator.refusals import ErrorAnswer, error_answer, unknown_model
from chat.simulator.request_fields import fields_of, images_of
from chat.simulator.special_keys import EXHAUSTED_KEY, LIMIT_EXCEEDED, REFUSALS
from chat.simulator.tries import Tries

NO_HOST = "No allowed providers are available for the selected model."
_KEY_SHAPE = re.compile(r"sk-or-v1-[0-9a-f]{64}")


def create_app(*, any_key: bool = False) -> Starlette:
    """A simulated OpenRouter.

    Args:
        any_key: Take every key except the refused ones, not only those of OpenRouter's shape.
    """
    return Starlette(routes=_Desk(any_key=any_key).routes())


class _Desk:
    """The handlers, over the records of one app."""

    def __init__(self, *, any_key: bool) -> None:
        self._any_key = any_key
        self._records = Records()
        self._tries = Tries()

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/chat/completions", self.answer, methods=["POST"]),
            Route("/api/v1/models", self.models),
            Route("/api/v1/models/{author}/{slug}/endpoints", self.endpoints),
            Route("/api/v1/models/user", self.own_models),
            Route("/api/v1/key", self.key),
            Route("/api/v1/generation", self.generation),
            Route("/sim/generations", self.records),
            Route("/sim/generations/{generation_id}", self.record),
            Route("/sim/open", self.open_now),
            *SignInDesk().routes(),
        ]

    async def answer(self, request: Request) -> Response:
        """POST /chat/completions."""
        body = await request.body()
        read_s, read_at_s = time.monotonic(), time.time()
        generation_id = f"gen-{int(read_at_s)}-{secrets.token_hex(10)}"
        record = Record(generation_id, read_at_s * 1000, read_s)
        record.key_sha256 = hashlib.sha256(_key(request).encode()).hexdigest()
        record.header_names = sorted(set(request.headers.keys()))
        exchange = self._refused_key(request) or self._plan(
            body, _key(request), record, int(read_at_s)
        )
        self._records.begin(record)
        return Playback(exchange, record, self._records)

    async def models(self, _: Request) -> Response:
        """GET /models; public."""
        return JSONResponse(list_models())

    async def endpoints(self, request: Request) -> Response:
        """GET /models/{author}/{slug}/endpoints; public, more with a key."""
        model = f"{request.path_params['author']}/{request.path_params['slug']}"
        try:
            scenario = read_scenario(model)
        except UnknownScenario:
            return _json_error(error_answer(404, f"{model} not found"))
        has_key = bool(_key(request)) and self._key_error(request) is None
        return JSONResponse(describe_endpoints(scenario, is_authenticated=has_key))

    async def own_models(self, request: Request) -> Response:
        """GET /models/user: what the key may use, which here is all."""
        refused = self._key_error(request)
        return _json_error(refused) if refused else JSONResponse(list_models())

    async def key(self, request: Request) -> Response:
        """GET /key."""
        refused = self._key_error(request)
        return _json_error(refused) if refused else JSONResponse(describe_key(_key(request)))

    async def generation(self, request: Request) -> Response:
        """GET /generation?id=…; like OpenRouter's, 404 while the answer is going on."""
        refused = self._key_error(request)
        if refused:
            return _json_error(refused)
        generation_id = request.query_params.get("id", "")
        record = self._records.find(generation_id)
        if record is None or record.open:
            return _json_error(error_answer(404, f"Generation {generation_id} not found"))
        return JSONResponse(describe_generation(record))

    async def records(self, _: Request) -> Response:
        """GET /sim/generations, newest first."""
        return JSONResponse([record.summary() for record in self._records.newest_first()])

    async def record(self, request: Request) -> Response:
        """GET /sim/generations/{id}."""
        record = self._records.find(request.path_params["generation_id"])
        return JSONResponse(record.details()) if record else Response(status_code=404)

    async def open_now(self, _: Request) -> Response:
        """GET /sim/open: how many answers are going on."""
        return JSONResponse(self._records.open_now)

    def _plan(self, body: bytes, key: str, record: Record, created: int) -> Exchange:
        """The exchange that answers the body; what is learnt of the request goes to the record."""
        try:
            asked = read_request(body, key)
            record.model, record.streamed = asked.model, asked.stream
            record.prompt_tokens = asked.prompt_tokens
            record.fields, record.images = fields_of(body), images_of(body)
            scenario = self._tries.now(read_scenario(asked.model, asked.last_user_text), asked)
            record.model = scenario.model
            hosts = hosted(scenario, record.fields)
            if hosts is None:
                return refusal_exchange(error_answer(404, NO_HOST, {"error_type": "not_found"}))
            scenario = hosts
            return plan_exchange(scenario, asked, record.generation_id, created)
        except BadRequest as fault:
            bad = error_answer(400, str(fault), {"error_type": "invalid_request"})
            return refusal_exchange(bad)
        except UnknownScenario as fault:
            return refusal_exchange(unknown_model(str(fault)))

    def _refused_key(self, request: Request) -> Exchange | None:
        refused = self._key_error(request)
        if _key(request) == EXHAUSTED_KEY:
            refused = error_answer(*LIMIT_EXCEEDED)
        return refusal_exchange(refused) if refused else None

    def _key_error(self, request: Request) -> ErrorAnswer | None:
        key = _key(request)
        unauthenticated = {"error_type": "authentication"}
        if not key:
            return error_answer(401, "Missing Authentication header", unauthenticated)
        if key in REFUSALS:
            return error_answer(*REFUSALS[key], unauthenticated)
        if not (self._any_key or _KEY_SHAPE.fullmatch(key)):
            return error_answer(401, "User not found.", unauthenticated)
        return None


def _key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _json_error(error: ErrorAnswer) -> Response:
    return JSONResponse(error.body, error.status, error.headers)
