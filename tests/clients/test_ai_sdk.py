"""The official packages `ai` 7, 6, 5 and 4.3.16 against the app: what `scenarios.mjs` saw."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import HERE, NO_NODE, PATIENCE_S, TOKEN

Seen = Callable[[str, str], dict[str, Any]]
NEWEST = ["7", "6", "5"]
# They end an answer at any field that they do not know: the first and the last of each major that
# do (https://github.com/vercel/ai/pull/17010).
STRICT = ["7.0.31", "7.0.0", "6.0.230", "6.0.0", "5.0.216", "5.0.92"]
newer = pytest.mark.parametrize("version", [*NEWEST, *STRICT])
FLAGGED = "Moderation flagged this request"
BAD_KEY = "`apiKey` cannot be a key. It has a space or a line break inside."


def texts_of(stored: dict[str, Any]) -> list[str]:
    """What the store has of a conversation, as texts."""
    return ["".join(p["text"] for p in m["parts"] if p["type"] == "text") for m in messages(stored)]


def messages(stored: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stored["messages"]
    return found


@newer
def test_an_answer_arrives_whole_with_its_id_and_its_figures(seen: Seen, version: str) -> None:
    chat = seen(version, "send")

    assert (chat["status"], chat["errors"]) == ("ready", [])
    assert chat["texts"] == texts_of(chat["stored"])
    assert chat["id"] == messages(chat["stored"])[1]["id"]
    assert chat["metadata"] == messages(chat["stored"])[1]["metadata"]


@newer
def test_the_figures_are_those_of_the_page(seen: Seen, version: str) -> None:
    figures = seen(version, "send")["metadata"]

    assert figures["model"] == "sim/rate-200-len-30-ttft-0"
    assert (figures["provider"], figures["outcome"]) == ("Simulator", "completed")
    assert figures["generationId"].startswith("gen-")
    assert figures["usage"]["outputTokens"] == 30
    assert 0 < figures["ttftMs"] < figures["responseTimeMs"]
    assert figures["outputTokensPerSecond"] > 0
    assert figures["costUsd"] > 0


@newer
def test_a_second_turn_sends_our_own_parts_back_and_is_understood(seen: Seen, version: str) -> None:
    chat = seen(version, "turns")

    assert (chat["status"], chat["errors"]) == ("ready", [])
    assert chat["parts"] == ["step-start", "reasoning", "text"]
    assert chat["texts"] == texts_of(chat["stored"])
    assert chat["metadata"]["usage"]["inputTokens"] > 10  # the first turn is in the prompt


@newer
def test_the_last_message_alone_is_enough(seen: Seen, version: str) -> None:
    chat = seen(version, "lastOnly")

    assert chat["texts"] == texts_of(chat["stored"])
    assert len(chat["texts"]) == 4
    assert chat["metadata"]["usage"]["inputTokens"] > 10  # of the stored conversation


@newer
def test_regenerate_makes_another_answer_to_the_same_message(seen: Seen, version: str) -> None:
    chat = seen(version, "regenerate")

    assert len(messages(chat["stored"])) == 2
    assert messages(chat["stored"])[1]["id"] == chat["id"] != chat["first"]


@newer
def test_an_edited_message_replaces_the_one_it_was(seen: Seen, version: str) -> None:
    chat = seen(version, "edit")

    assert chat["texts"] == texts_of(chat["stored"]) == ["One", "One", "Two", "Two"]


@newer
def test_a_failure_inside_the_stream_is_an_error_and_the_text_is_kept(
    seen: Seen, version: str
) -> None:
    chat = seen(version, "error")

    assert chat["status"] == "error"
    assert chat["errors"][0].startswith(FLAGGED)
    assert chat["texts"][1]
    assert chat["metadata"]["outcome"] == "failed"


@newer
def test_a_refusal_before_the_stream_is_its_sentence(seen: Seen, version: str) -> None:
    assert seen(version, "refused")["errors"] == [BAD_KEY]


@newer
def test_states_in_between_disturb_no_version(seen: Seen, version: str) -> None:
    chat = seen(version, "retried")

    assert (chat["status"], chat["errors"]) == ("ready", [])
    assert chat["metadata"]["usage"]["outputTokens"] == 20


@newer
def test_a_client_that_goes_away_cancels_nothing(seen: Seen, version: str) -> None:
    chat = seen(version, "abort")

    assert chat["status"] == "ready"
    assert chat["ends"] == [{"isAbort": True, "isError": False}]
    assert chat["runs"]


@newer
def test_stop_ends_the_answer_and_keeps_what_came(seen: Seen, version: str) -> None:
    chat = seen(version, "stop")

    assert chat["answer"] == 204
    assert (chat["status"], chat["errors"]) == ("ready", [])
    assert chat["texts"] == texts_of(chat["stored"])
    assert chat["metadata"]["outcome"] == "stopped"
    assert not chat["stored"]["isAnswering"]


@newer
def test_a_second_client_that_resumes_ends_with_the_same_message(seen: Seen, version: str) -> None:
    one, other = seen(version, "resume")["one"], seen(version, "resume")["other"]

    assert other["errors"] == []
    for field in ("status", "texts", "id", "metadata", "parts"):
        assert other[field] == one[field]


@newer
def test_resuming_what_does_not_run_is_no_error(seen: Seen, version: str) -> None:
    chat = seen(version, "idle")

    assert chat["answer"] == {"status": 204, "text": ""}
    assert (chat["status"], chat["texts"], chat["errors"]) == ("ready", [], [])


def test_version_4_reads_an_answer_with_its_figures(seen: Seen) -> None:
    chat = seen("4", "send")

    assert chat["errors"] == []
    assert chat["message"]["content"] == texts_of(chat["stored"])[1]
    assert chat["message"]["id"] == messages(chat["stored"])[1]["id"]
    assert chat["message"]["annotations"] == [messages(chat["stored"])[1]["metadata"]]
    assert chat["end"]["finishReason"] == "stop"
    assert chat["end"]["usage"]["completionTokens"] == 30


def test_version_4_goes_on_with_its_history(seen: Seen) -> None:
    chat = seen("4", "turns")

    assert chat["errors"] == []
    assert [m["role"] for m in messages(chat["stored"])] == ["user", "assistant"] * 2
    assert chat["end"]["usage"]["promptTokens"] > 10


def test_version_4_throws_a_failure_and_keeps_the_text(seen: Seen) -> None:
    chat = seen("4", "error")

    assert chat["errors"][0].startswith(FLAGGED)
    assert chat["message"]["content"]
    assert seen("4", "refused")["errors"] == [BAD_KEY]


def test_version_4_goes_away_without_cancelling_and_stops_by_the_route(seen: Seen) -> None:
    gone, stopped = seen("4", "abort"), seen("4", "stop")

    assert (gone["errors"], gone["runs"]) == (["aborted"], True)
    assert (stopped["errors"], stopped["answer"]) == ([], 204)
    assert stopped["message"]["annotations"][0]["outcome"] == "stopped"


def test_version_4_resumes_a_running_answer(seen: Seen) -> None:
    one, other = seen("4", "resume")["one"], seen("4", "resume")["other"]

    assert other["errors"] == []
    assert other["message"]["content"] == one["message"]["content"]
    assert other["message"]["id"] == one["message"]["id"]


def test_version_4_finds_nothing_to_resume_without_an_error(seen: Seen) -> None:
    chat = seen("4", "idle")

    assert (chat["errors"], chat.get("message")) == ([], None)
    assert chat["answer"] == {"status": 200, "text": ""}


@pytest.mark.parametrize("version", NEWEST)
def test_the_sample_of_the_documentation_works_as_it_stands(server: str, version: str) -> None:
    node = shutil.which("node")
    assert node is not None, NO_NODE
    page = Path(__file__).parents[2] / "docs" / "api.md"
    (sample,) = re.findall(r"^```js sample\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    code = sample.replace("from 'ai'", f"from 'ai{version}'").replace("my-", f"v{version}-")

    done = subprocess.run(  # noqa: S603 - our own sample
        [node, "--input-type=module", "-e", code, "--", server, TOKEN],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )

    said, figures = done.stdout.split("\n")[:2]
    assert said == "Hello"
    assert re.fullmatch(r"completed, TTFT [\d.]+ ms", figures)
