"""What goes wrong once status 200 is out: error chunks, broken events, bodies that are no stream.

Pure. Shapes: https://openrouter.ai/docs/api_reference/errors-and-debugging and recordings.
"""

from collections.abc import Callable, Mapping

from chat.simulator.scenario import Break, Instead
from chat.simulator.wire import DONE, PROVIDER, Json, Writer, event, usage_of, write_json

LOST: Json = {
    "code": 502,
    "message": "Provider disconnected unexpectedly",
    "metadata": {"error_type": "provider_unavailable", "provider_name": PROVIDER},
}
_LOST_STRING: Json = {"code": "server_error", "message": LOST["message"]}
_LOST_NO_CODE: Json = {
    "message": LOST["message"],
    "error_type": "provider_unavailable",
    "http_status": 502,
}
_TOO_LONG: Json = {
    "code": 400,
    "message": "This endpoint's maximum context length is 8192 tokens.",
    "metadata": {"error_type": "context_length_exceeded", "provider_name": PROVIDER},
}
_MODERATED: Json = {
    "code": 403,
    "message": "The answer was flagged by the provider",
    "metadata": {"error_type": "content_policy_violation", "provider_name": PROVIDER},
}
DECLINED = "I can't help with that."
_HTML = b"<!doctype html><title>Sign in</title><p>This network asks you to sign in first.</p>"
STREAM: Mapping[str, str] = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
JSON: Mapping[str, str] = {"Content-Type": "application/json"}


def _documented(writer: Writer, error: Json) -> bytes:
    """The chunk that the documentation shows: `error` beside a choice that ended with it."""
    return event({**writer.delta({"content": ""}, "error", "error"), "error": error}) + DONE


def _recorded(writer: Writer, sent: int) -> bytes:
    """The chunk that was recorded: no finish reason, and the usage of what was sent."""
    chunk = {**writer.delta({"content": ""}), "error": LOST}
    return event({**chunk, "usage": usage_of(writer.asked, sent, 0)}) + DONE


def _in_choice(writer: Writer) -> bytes:
    chunk = writer.delta({"content": ""}, "error", "error")
    chunk["choices"][0]["error"] = LOST
    return event(chunk) + DONE


def _declined(writer: Writer) -> bytes:
    """What a model says in the API's own field when it will not (or no longer) answer."""
    said = writer.delta({"content": "", "refusal": DECLINED})
    return event(said) + event(writer.delta({"content": ""}, "stop", "refusal")) + DONE


BROKEN: Mapping[Break, Callable[[Writer, int], bytes]] = {
    # The bytes of a fault, of the writer and how many tokens it has sent.
    "error-at-N": lambda writer, _: _documented(writer, LOST),
    "error-usage-at-N": _recorded,
    "error-string-code-at-N": lambda writer, _: _documented(writer, _LOST_STRING),
    "error-no-code-at-N": lambda writer, _: _documented(writer, _LOST_NO_CODE),
    "error-bare-at-N": lambda _, __: event({"error": LOST}) + DONE,
    "error-in-choice-at-N": lambda writer, _: _in_choice(writer),
    "error-too-long-at-N": lambda writer, _: _documented(writer, _TOO_LONG),
    "error-moderated-at-N": lambda writer, _: _documented(writer, _MODERATED),
    "declined-at-N": lambda writer, _: _declined(writer),
    "half-event-at-N": lambda writer, _: writer.text("broken").partition(b"broken")[0],
    "no-choices-at-N": lambda writer, _: event(writer.head()),
    "bad-json-at-N": lambda writer, _: writer.text("broken").replace(b'"}', b""),
    "bad-utf8-at-N": lambda writer, _: writer.text("broken").replace(b"broken", b"\xc3\x28"),
}


def empty_choices(writer: Writer) -> bytes:
    """A failure before any token, as it was recorded: no choices, and a usage of nothing."""
    chunk = {**writer.head(), "choices": [], "error": LOST, "usage": usage_of(writer.asked, 0, 0)}
    return event(chunk) + DONE


def plain_body(what: Instead, writer: Writer) -> tuple[Mapping[str, str], bytes] | None:
    """Headers and body of a 200 that is no stream; None where it is one."""
    match what:
        case "html":
            return {"Content-Type": "text/html; charset=utf-8"}, _HTML
        case "json":
            return JSON, write_json({"error": LOST})
        case "json-answer":
            return JSON, writer.completion()
        case "nothing":
            return STREAM, b""
        case _:
            return None
