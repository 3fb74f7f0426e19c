"""What Prometheus reads of ended answers, and who may read it."""

from dataclasses import replace

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from chat.api.prometheus import MOST_MODELS, Exposition, prometheus_routes
from chat.end_figures import EndFigures, end_figures_of
from chat.events import Event, Finished, RequestSent, TextDelta, Usage, UsageReported
from chat.live import LiveReply
from chat.messages import Secret

TOKEN = Secret("a-token-of-prometheus")
RIGHT = {"authorization": f"Bearer {TOKEN.value}"}


def an_end() -> EndFigures:
    """Sent at 0, text at 0.5, 0.75 and 2, its end at 2.5; 7 tokens in and 41 out."""
    moments_s = iter([0.0, 0.5, 0.75, 2.0, 2.0, 2.5])
    live = LiveReply("r", "ann", "c", "acme/big", lambda: next(moments_s))
    said: list[Event] = [RequestSent(), *[TextDelta("Hi")] * 3]
    for event in (*said, UsageReported(Usage(7, 41)), Finished("stop")):
        live.append(event)
    return end_figures_of(live)


END = an_end()


def samples(exposition: Exposition) -> dict[tuple[str, str, str], float]:
    """Value by name, model and what else tells them apart."""
    return {
        (
            sample.name.removeprefix("gen_ai_client_"),
            sample.labels["gen_ai_request_model"],
            sample.labels.get("le") or sample.labels.get("gen_ai_token_type", ""),
        ): sample.value
        for family in text_string_to_metric_families(exposition.text().decode())
        for sample in family.samples
    }


def counts_of(exposition: Exposition) -> dict[str, float]:
    """Answers by model."""
    return {
        model: value
        for (name, model, _), value in samples(exposition).items()
        if name == "operation_duration_seconds_count"
    }


def test_an_ended_answer_is_in_each_histogram() -> None:
    exposition = Exposition()

    exposition.note(END)

    found = samples(exposition)
    first = "operation_time_to_first_chunk_seconds"
    assert found["operation_duration_seconds_sum", "acme/big", ""] == 2.5
    assert found[f"{first}_sum", "acme/big", ""] == 0.5
    assert [found[f"{first}_bucket", "acme/big", le] for le in ("0.25", "0.5")] == [0, 1]


def test_gaps_and_tokens_are_counted() -> None:
    exposition = Exposition()

    exposition.note(END)

    found = samples(exposition)
    gaps = "operation_time_per_output_chunk_seconds"
    assert (found[f"{gaps}_count", "acme/big", ""], found[f"{gaps}_sum", "acme/big", ""]) == (
        2,
        1.5,
    )
    assert found["token_usage_sum", "acme/big", "input"] == 7
    assert found["token_usage_sum", "acme/big", "output"] == 41


def test_models_beyond_the_limit_are_others() -> None:
    exposition = Exposition()
    for n in range(MOST_MODELS + 5):
        exposition.note(replace(END, model=f"m{n}"))

    exposition.note(replace(END, model="m0"))

    found = counts_of(exposition)
    assert len(found) == MOST_MODELS + 1
    assert (found["other"], found["m0"]) == (5, 2)


def test_a_name_that_never_answered_gets_no_label_and_a_long_one_is_cut() -> None:
    exposition = Exposition()

    exposition.note(replace(END, model="typed\nby anybody", has_text=False))
    exposition.note(replace(END, model="x" * 300))

    assert counts_of(exposition) == {"other": 1, "x" * 100: 1}


def test_what_is_not_known_is_not_counted() -> None:
    exposition = Exposition()

    exposition.note(replace(END, usage=None, gaps_s=[], has_text=False))

    assert not [name for name, _, _ in samples(exposition) if name.startswith("token_usage_sum")]


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        (None, RIGHT, 404),
        (TOKEN, {}, 401),
        (TOKEN, {"authorization": "Bearer wrong"}, 401),
        (TOKEN, {"authorization": f"Basic {TOKEN.value}"}, 401),
        (TOKEN, RIGHT, 200),
    ],
)
async def test_only_who_has_the_token_reads_it(
    token: Secret | None, headers: dict[str, str], status: int
) -> None:
    app = Starlette(routes=prometheus_routes(lambda: token, Exposition))
    transport = httpx2.ASGITransport(app)

    async with httpx2.AsyncClient(transport=transport, base_url="http://app") as client:
        answer = await client.get("/api/metrics", headers=headers)

    assert answer.status_code == status
