"""Log lines as JSON, one object a line: of our own loggers, and of each ended answer.

No text of a visitor or a model, no owner, no key: of an answer only ids and figures, and what
looks like a key in a message is masked.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TextIO

from chat.end_figures import EndFigures

_KEY = re.compile(r"\b(sk-|tt_|Bearer )[\w.-]{6,}")
_DIGITS = 6
_log = logging.getLogger("chat.answers")


def write_json_lines(stream: TextIO) -> None:
    """Has all loggers of the app write JSON lines from now on; those of libraries stay."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    app = logging.getLogger("chat")
    app.handlers = [handler]
    app.setLevel(logging.INFO)
    app.propagate = False


def log_ended(ended: EndFigures) -> None:
    """Writes the line of an ended answer."""
    _log.info("answer ended", extra={"fields": fields_of(ended)})


def fields_of(ended: EndFigures) -> Mapping[str, object]:
    """The line's fields: ids, outcome, figures; what is not known is left out."""
    usage = asdict(ended.usage) if ended.usage is not None else {}
    fields: dict[str, object] = {
        "reply_id": ended.reply_id,
        "generation_id": ended.generation_id,
        "model": ended.model,
        "served_model": ended.served_model,
        "upstream_provider": ended.upstream_provider,
        "outcome": ended.outcome,
        "failure": ended.failure_kind,
        "status": ended.failure_status,
        "tries": ended.tries,
        "reconnections": ended.reconnections,
        "tok_s": ended.tok_s,
        **asdict(ended.timings),
        **asdict(ended.measures),
        **usage,
    }
    return {name: _rounded(value) for name, value in fields.items() if value is not None}


class JsonLine(logging.Formatter):
    """One record as one line of JSON: at (UTC), level, logger, message, and the fields it has."""

    def format(self, record: logging.LogRecord) -> str:
        """See the class; a traceback is left out, for it may quote a request."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _KEY.sub(r"\1…", record.getMessage()),
            **getattr(record, "fields", {}),
        }
        return json.dumps(line, ensure_ascii=False)


def _rounded(value: object) -> object:
    return round(value, _DIGITS) if isinstance(value, float) else value
