"""What a chaos amounts to: each answer compared with what was meant and sent, and the tables."""

from collections import Counter
from dataclasses import dataclass

from bench.report import Report, Table
from chat.conversations import ReplyRecord

EXCUSED = ("-reset-at-", "-bad-json-at-", "-bad-utf8-at-")
"""Faults after which what was sent cannot be had, where they come at every try: a reset has the
kernel throw away what it had received, and after half an event it is not known what is missing."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one answer.

    Attributes:
        wrong_chars: Characters that are not those the upstream meant to say in their place:
            repeated, out of order, or made up.
        lost_chars: Characters that the upstream sent and the answer does not have.
        excused: Why it may lack some of them: the fault, or that it was stopped; or "".
        excused_chars: How many it lacks for that reason.
    """

    model: str
    outcome: str
    failure: str
    wrong_chars: int
    lost_chars: int
    excused: str = ""
    excused_chars: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """What is left when all answers have ended."""

    connections: int
    tasks: int
    threads: int
    keys: int


def told_of(record: ReplyRecord, meant: str, sent_chars: int) -> Told:
    """Compares an answer with what was meant and sent.

    Args:
        record: The answer as it is stored.
        meant: The whole text that the upstream would have said.
        sent_chars: How far it got in it.
    """
    text = record.text
    common = next(
        (n for n, (a, b) in enumerate(zip(text, meant, strict=False)) if a != b),
        min(len(text), len(meant)),
    )
    is_whole = record.outcome in {"completed", "truncated", "filtered"}
    expected = len(meant) if is_whole else sent_chars
    # What was on its way when the visitor stopped it was not wanted any more.
    by_fault = next((fault.strip("-") for fault in EXCUSED if fault in record.model), "")
    excused = "stopped" if record.outcome == "stopped" else "" if is_whole else by_fault
    lacking = max(0, expected - common)
    failure = record.failure
    return Told(
        record.model,
        record.outcome or "",
        f"{failure.kind} {failure.detail}" if failure is not None else "",
        len(text) - common,
        0 if excused else lacking,
        excused,
        lacking if excused else 0,
    )


def report_of(told: list[Told], left: Left, took_s: float) -> Report:
    """The outcomes, and what must be nought."""
    outcomes = Counter(one.outcome for one in told)
    kinds = Counter(one.failure.partition(" ")[0] for one in told if one.failure)
    excused = Counter(one.excused for one in told if one.excused)
    lacking = Counter[str]()
    for one in told:
        lacking[one.excused] += one.excused_chars
    bad = [one for one in told if one.wrong_chars or one.lost_chars]
    must = (
        ("characters repeated or out of place", sum(one.wrong_chars for one in told)),
        ("characters lost", sum(one.lost_chars for one in told)),
        ("upstream connections left open", left.connections),
        ("tasks left", left.tasks),
        ("threads left", left.threads),
        ("keys in logs, database, failures", left.keys),
    )
    return Report(
        f"Chaos: {len(told)} answers in {took_s:.0f} s",
        note="\n".join(f"{one.model}: {one}" for one in bad[:10]),
        tables=(
            Table("By outcome", ("outcome", "answers"), _rows(outcomes)),
            Table("By failure", ("failure", "answers"), _rows(kinds)),
            Table(
                "Excused: what was sent and cannot be had",
                ("why", "answers", "characters"),
                tuple((why, str(n), str(lacking[why])) for why, n in excused.most_common()),
            ),
            Table("Must be 0", ("", "found"), tuple((name, str(n)) for name, n in must)),
        ),
        data=[{"outcomes": outcomes, "failures": kinds, "must_be_0": dict(must)}],
    )


def _rows(counts: Counter[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((name, str(count)) for name, count in counts.most_common())
