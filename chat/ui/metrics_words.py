"""What the metrics page's charts show, in a sentence each: for whoever does not see them."""

from collections.abc import Sequence
from datetime import datetime

from chat.figures import ModelFigures, Spread, Summary, View

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = {"ttft_s": ("s", 2), "tok_s": ("tok/s", 1)}


def over_time_says(summary: Summary, key: str) -> str:
    """How a figure went over the time looked at."""
    name = "ttft_p50_s" if key == "ttft_s" else "tok_s_p50"
    medians = [
        (value, bucket.begins_at)
        for bucket in summary.buckets
        if (value := getattr(bucket, name)) is not None
    ]
    if not medians:
        return "Nothing is known yet."
    (least, least_at), (most, most_at) = min(medians), max(medians)
    if least == most:
        return f"The median is {_with_unit(least, key)}."
    return (
        f"The rolling median lies between {_with_unit(least, key)} ({least_at:%b %d, %H:%M} UTC) "
        f"and {_with_unit(most, key)} ({most_at:%b %d, %H:%M} UTC)."
    )


def models_say(summary: Summary, key: str) -> str:
    """Which model has the lowest and which the highest median."""
    found = [(spread.p50, model.model) for model, spread in _spreads(summary.models, key)]
    if not found:
        return "Nothing is known yet."
    (least, first), (most, last) = min(found), max(found)
    if len(found) == 1:
        return f"The median of {first} is {_with_unit(least, key)}."
    return (
        f"Medians from {_with_unit(least, key)} ({first}) to {_with_unit(most, key)} ({last}). "
        "Boxes hold the middle half, lines 90 % of the answers."
    )


def scatter_says(summary: Summary) -> str:
    """How many answers are drawn, and of how many."""
    drawn = sum(p.ttft_s is not None and p.tok_s is not None for p in summary.points)
    if drawn < summary.totals.answers:
        return f"{drawn:,} of {summary.totals.answers:,} answers. Top left is best."
    return f"{drawn:,} answers. Top left is best."


def failures_say(summary: Summary) -> str:
    """What failed most."""
    if not summary.failures:
        return "No answer failed."
    kind, count = summary.failures[0]
    total = summary.totals.failed
    return f"{total:,} failed, most often: {kind_name(kind).lower()} ({count:,})."


def money_say(summary: Summary) -> str:
    """What cost most."""
    paid = [(m.totals.cost_usd, m.model) for m in summary.models if m.totals.cost_usd is not None]
    if not paid:
        return "No cost is known."
    cost_usd, model = max(paid)
    return f"{model} cost most: ${cost_usd:,.4f}."


def hours_say(summary: Summary) -> str:
    """When most was asked, and when answers came slowest."""
    if not summary.hours:
        return "Nothing is known yet."
    busiest = max(summary.hours, key=lambda hour: hour.answers)
    said = (
        f"Busiest: {WEEKDAYS[busiest.weekday]} at {busiest.hour}:00 ({busiest.answers:,} answers)."
    )
    timed = [hour for hour in summary.hours if hour.ttft_p50_s is not None]
    if not timed:
        return said
    slowest = max(timed, key=lambda hour: hour.ttft_p50_s or 0)
    return (
        f"{said} Slowest: {WEEKDAYS[slowest.weekday]} at {slowest.hour}:00 "
        f"(median {slowest.ttft_p50_s:.2f} s)."
    )


def kind_name(kind: str) -> str:
    """A kind of failure in words."""
    return kind.replace("_", " ").capitalize()


def _spreads(models: Sequence[ModelFigures], key: str) -> list[tuple[ModelFigures, Spread]]:
    found = [(model, getattr(model, key)) for model in models]
    return [(model, spread) for model, spread in found if spread is not None]


def _with_unit(value: float, key: str) -> str:
    unit, digits = _UNITS[key]
    return f"{value:.{digits}f} {unit}"


def view_says(view: View, since: datetime | None, until: datetime) -> str:
    """Which answers a view shows."""
    begins = f"from {since:%Y-%m-%d %H:%M} " if since is not None else ""
    parts = [f"Answers {begins}to {until:%Y-%m-%d %H:%M} UTC"]
    for label, names in (
        ("models", view.models),
        ("providers", view.providers),
        ("outcomes", view.outcomes),
    ):
        if names:
            parts.append(f"{label}: {', '.join(name or 'not known' for name in names)}")
    return f"{'; '.join(parts)}."
