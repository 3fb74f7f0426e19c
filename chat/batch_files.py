"""Batches and files: prompts out of text or CSV, results into CSV and JSON. Pure."""

import csv
import io
import json
import re
from collections.abc import Callable

from chat.batch import MAX_PROMPTS, Item, OpenedBatch
from chat.comparison import LaneSetup
from chat.errors import ChatError
from chat.prompt import is_text

COLUMN = "prompt"
MAX_BYTES = 2_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell may not begin with: a spreadsheet would run it.
https://owasp.org/www-community/attacks/CSV_Injection"""

_LINE_END = re.compile(r"\r\n|\r|\n")
"""Where a line of a file ends; `str.splitlines` also cuts where a text has but a mark in it."""

_BEFORE_NAMES = re.compile(r"\A(?:(?:[ \t]*|sep=.)(?:\r\n|\r|\n))+", re.IGNORECASE)
"""What may stand before a CSV's names: empty lines, and what tells a spreadsheet of the mark."""

NameOf = Callable[[LaneSetup], str]


class PromptsUnusable(ChatError):  # noqa: N818 - says what happened, like the rest of the tree
    """There are no prompts to be had of what was given; the text is one sentence for the page."""


def prompts_of_text(text: str) -> tuple[str, ...]:
    """One prompt for each line that is not empty.

    Raises:
        PromptsUnusable: there is none, or there are too many.
    """
    return _checked([line.strip() for line in _LINE_END.split(text)])


def prompts_of_file(name: str, data: bytes) -> tuple[str, ...]:
    """The prompts of a file: of a CSV its column "prompt", of any other each line.

    Raises:
        PromptsUnusable: likewise, or it is not UTF-8 text, or has no such column.
    """
    if len(data) > MAX_BYTES:
        raise PromptsUnusable("The file is too long for a batch.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PromptsUnusable("The file is not text in UTF-8.") from None
    return prompts_of_csv(text) if name.lower().endswith(".csv") else prompts_of_text(text)


def prompts_of_csv(text: str) -> tuple[str, ...]:
    """What stands in the column "prompt"; a prompt there may have several lines.

    Raises:
        PromptsUnusable: likewise.
    """
    text = _BEFORE_NAMES.sub("", text, count=1)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect=_dialect(text), strict=True))
    except csv.Error:
        raise PromptsUnusable("The file is not a CSV that can be read.") from None
    names = [name.strip().lower() for name in rows[0]] if rows else []
    if COLUMN not in names:
        raise PromptsUnusable(f'The CSV needs a column named "{COLUMN}" in its first line.')
    place = names.index(COLUMN)
    return _checked([row[place].strip() for row in rows[1:] if len(row) > place])


def csv_of(opened: OpenedBatch, name_of: NameOf) -> bytes:
    """The results, a row for each answer; nothing in it is run by a spreadsheet."""
    out = io.StringIO(newline="")
    rows = [_row(opened, item, name_of) for item in opened.items]
    writer = csv.DictWriter(out, list(rows[0]) if rows else [COLUMN])
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _safe(value) for key, value in row.items()})
    # With the mark at the beginning a spreadsheet takes it for UTF-8.
    return out.getvalue().encode("utf-8-sig")


def json_of(opened: OpenedBatch, name_of: NameOf) -> bytes:
    """The same as JSON; what is not known is null."""
    batch = opened.batch
    content = {
        "created_at": batch.created_at.isoformat(),
        "lanes": [name_of(setup) for setup in batch.setups],
        "prompts": list(batch.prompts),
        "answers": [_row(opened, item, name_of) for item in opened.items],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _dialect(text: str) -> type[csv.Dialect]:
    """Comma, semicolon or tab, whichever the first line has."""
    first = text.partition("\n")[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=first.count)

    return Found


def _checked(found: list[str]) -> tuple[str, ...]:
    prompts = tuple(prompt for prompt in found if prompt)
    if not prompts:
        raise PromptsUnusable("There is no prompt in it: write one on each line.")
    if len(prompts) > MAX_PROMPTS:
        raise PromptsUnusable(f"{len(prompts)} prompts are too many: {MAX_PROMPTS} are the most.")
    if not all(map(is_text, prompts)):
        raise PromptsUnusable("A prompt holds characters that cannot be sent.")
    return prompts


def _row(opened: OpenedBatch, item: Item, name_of: NameOf) -> dict[str, object]:
    setup, reply = opened.batch.setups[item.lane], item.reply
    usage = reply.usage if reply is not None else None
    return {
        "number": item.prompt + 1,
        COLUMN: opened.batch.prompts[item.prompt],
        "lane": item.lane + 1,
        "model": setup.model,
        "name": name_of(setup),
        "outcome": (reply.outcome or "running") if reply is not None else "not asked",
        "ttft_s": reply.timings.ttft_s if reply is not None else None,
        "tok_s": reply.throughput_tok_s if reply is not None else None,
        "total_s": reply.timings.total_s if reply is not None else None,
        "tokens": reply.tokens.count if reply is not None else None,
        "tokens_estimated": reply.tokens.is_estimated if reply is not None else None,
        "cost_usd": usage.cost_usd if usage is not None else None,
        "upstream_provider": reply.upstream_provider if reply is not None else None,
        "failure": reply.failure.kind if reply is not None and reply.failure else None,
        "answer": reply.text if reply is not None else None,
    }


def _safe(value: object) -> object:
    """A cell that a spreadsheet shows as it is: an apostrophe before what would be a formula."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value
