"""`GET /api/metrics`: what this process has answered, as Prometheus reads it.

Names, units and buckets after OpenTelemetry's conventions for generative AI
(https://github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md), in
Prometheus' spelling. Only whoever has the operator's `METRICS_TOKEN` may read it; without that
setting the address does not exist.
"""

import hmac
import threading
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chat.end_figures import EndFigures
from chat.messages import Secret

PATH = "/api/metrics"
MOST_MODELS = 50
"""Models with a label of their own: the first that many which answered. The rest are "other"."""
OTHER = "other"
LABEL_CHARS = 100

_DURATION_S = [0.01 * 2**n for n in range(14)]
_FIRST_S = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5, 7.5, 10)
_CHUNK_S = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
_TOKENS = [4**n for n in range(14)]
_MODEL = "gen_ai_request_model"
_LABELS = (_MODEL, "outcome")


class Exposition:
    """The histograms of one process, since its start; in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._lock = threading.Lock()
        self._models: set[str] = set()
        self._duration_s = self._histogram(
            "operation_duration_seconds", "Request sent to end of answer", _DURATION_S
        )
        self._first_s = self._histogram(
            "operation_time_to_first_chunk_seconds", "Request sent to first text", _FIRST_S
        )
        self._chunk_s = self._histogram(
            "operation_time_per_output_chunk_seconds", "Between two pieces of an answer", _CHUNK_S
        )
        self._tokens = self._histogram(
            "token_usage", "Tokens as the upstream counted them", _TOKENS, "gen_ai_token_type"
        )

    def note(self, ended: EndFigures) -> None:
        """Counts an ended answer; what is not known of it is not counted."""
        labels = {_MODEL: self._label_of(ended), "outcome": ended.outcome or "interrupted"}
        if ended.timings.total_s is not None:
            self._duration_s.labels(**labels).observe(ended.timings.total_s)
        if ended.timings.ttft_s is not None:
            self._first_s.labels(**labels).observe(ended.timings.ttft_s)
        for gap_s in ended.gaps_s:
            self._chunk_s.labels(**labels).observe(gap_s)
        if ended.usage is not None:
            for kind, count in (
                ("input", ended.usage.prompt_tokens),
                ("output", ended.usage.completion_tokens),
            ):
                self._tokens.labels(**labels, gen_ai_token_type=kind).observe(count)

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)

    def _histogram(
        self, name: str, help_text: str, buckets: list[float] | tuple[float, ...], *more: str
    ) -> Histogram:
        return Histogram(
            f"gen_ai_client_{name}",
            help_text,
            (*_LABELS, *more),
            registry=self._registry,
            buckets=buckets,
        )

    def _label_of(self, ended: EndFigures) -> str:
        """The model's label; a name that never answered could be anything a visitor typed."""
        name = ended.model[:LABEL_CHARS]
        with self._lock:
            if name not in self._models and ended.has_text and len(self._models) < MOST_MODELS:
                self._models.add(name)
            return name if name in self._models else OTHER


def prometheus_routes(
    token: Callable[[], Secret | None], exposition: Callable[[], Exposition]
) -> list[Route]:
    """The route; to stand before the API's own, which answer 404 for what they do not know.

    Args:
        token: Gives what it is asked with, or None.
        exposition: Gives the process's figures.
    """

    async def scrape(request: Request) -> Response:
        wanted = token()
        if wanted is None:
            return PlainTextResponse("There is nothing at this address.", 404)
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        is_right = hmac.compare_digest(
            sent.strip().encode("utf-8", "surrogateescape"), wanted.value.encode()
        )
        if scheme.lower() != "bearer" or not is_right:
            return PlainTextResponse("Send METRICS_TOKEN as `Authorization: Bearer …`.", 401)
        return Response(exposition().text(), headers={"content-type": CONTENT_TYPE_LATEST})

    return [Route(PATH, scrape, methods=["GET"])]
