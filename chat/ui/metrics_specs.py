"""The metrics page's charts in Vega-Lite's own words (https://vega.github.io/vega-lite/docs/).

Not made by Altair: checking its objects took more time than all the sums of the page. A chart is
made anew in the browser only when its spec changes, so nothing in one follows the replies.
"""

import math
from collections.abc import Sequence
from typing import Any

HEIGHT_PX = 260
ROW_PX = 30
LINE_COLOUR = "#64748b"
"""Of the rolling percentiles: neither a model's, nor too pale on light or dark."""

_MOMENT = (
    "timeFormat(datum.value, span(domain('x')) < 129600000 ? '%H:%M' : "
    "span(domain('x')) < 345600000 ? '%b %-d, %H:%M' : '%b %-d')"
)
"""The hour alone where an axis is shorter than a day and a half, with the day up to four days."""

Spec = dict[str, Any]
PAINTED: Spec = {
    "usermeta": {"embedOptions": {"renderer": "canvas"}},
    "config": {"mark": {"aria": False}},
}
"""On a canvas: an element for each of thousands of points stands the page still for a second."""


def over_time(title: str, models: Sequence[str], unit: str) -> Spec:
    """Points of `points` (at, model, value, shown) and lines of `rolled` (at, line, shown).

    The axes end where the two corners of `frame` (at, shown) are: in the data, for a chart that
    is told other data is not made anew.
    """
    x_axis = {
        "field": "at",
        "type": "temporal",
        "title": None,
        "scale": {"nice": False},
        "axis": {"labelExpr": _MOMENT, "tickCount": 5, "labelOverlap": True},
    }
    y_axis = {"field": "shown", "type": "quantitative", "title": title, "scale": {"nice": False}}
    dash = {
        "field": "line",
        "type": "nominal",
        "sort": ["p50", "p95"],
        "legend": {"title": None, "orient": "top"},
    }
    return {
        "height": HEIGHT_PX,
        "layer": [
            _frame(x_axis, y_axis),
            {
                "data": {"name": "points"},
                "mark": {"type": "circle", "size": 22, "opacity": 0.45},
                "encoding": {
                    "x": x_axis,
                    "y": y_axis,
                    "color": _colour(models),
                    "tooltip": [_tip("at", "temporal"), _tip("model"), _tip("value", title=unit)],
                },
            },
            {
                "data": {"name": "rolled"},
                "mark": {"type": "line", "strokeWidth": 2, "color": LINE_COLOUR},
                "encoding": {"x": x_axis, "y": y_axis, "strokeDash": dash},
            },
        ],
    }


def by_model(title: str, models: Sequence[str]) -> Spec:
    """A box for each row of `rows` (model, answers, p5 … p95)."""
    parts = ("p5", "p25", "p50", "p75", "p95")

    def from_to(first: str, last: str) -> Spec:
        x_axis = {"field": first, "type": "quantitative", "title": title}
        return {"x": x_axis, "x2": {"field": last}}

    return {
        "height": {"step": ROW_PX},
        "data": {"name": "rows"},
        "encoding": {
            "y": _names("model"),
            "color": _colour(models),
            "tooltip": [_tip("model"), _tip("answers"), *(_tip(part) for part in parts)],
        },
        "layer": [
            {"mark": "rule", "encoding": from_to("p5", "p95")},
            {
                "mark": {"type": "bar", "size": 12, "opacity": 0.6},
                "encoding": from_to("p25", "p75"),
            },
            {
                "mark": {"type": "tick", "thickness": 3, "size": 18},
                "encoding": {"x": {"field": "p50", "type": "quantitative"}},
            },
        ],
    }


def scatter(x_title: str, y_title: str, models: Sequence[str]) -> Spec:
    """A point for each row of `rows` (model, ttft_s, tok_s, shown: where it stands).

    As in `over_time`, the axes reach to the corners of `frame` (shown, tok_s).
    """
    x_axis = {
        "field": "shown",
        "type": "quantitative",
        "title": x_title,
        "scale": {"nice": False},
    }
    y_axis = {"field": "tok_s", "type": "quantitative", "title": y_title}
    return {
        "height": HEIGHT_PX,
        "layer": [
            _frame(x_axis, y_axis),
            {
                "data": {"name": "rows"},
                "mark": {"type": "circle", "size": 22, "opacity": 0.45},
                "encoding": {
                    "x": x_axis,
                    "y": y_axis,
                    "color": _colour(models),
                    "tooltip": [_tip("model"), _tip("ttft_s"), _tip("tok_s")],
                },
            },
        ],
    }


def bars(name: str, value: str, title: str) -> Spec:
    """A bar for each row of `rows`, in their order."""
    x_axis = {
        "field": value,
        "type": "quantitative",
        "title": title,
        "axis": {"tickCount": 5, "format": "~s"},
    }
    return {
        "height": {"step": ROW_PX},
        "data": {"name": "rows"},
        "mark": {"type": "bar", "size": 16},
        "encoding": {
            "y": _names(name),
            "x": x_axis,
            "tooltip": [_tip(name), {"field": value, "type": "quantitative"}],
        },
    }


def hours(weekdays: Sequence[str]) -> Spec:
    """A square for each row of `rows` (day, hour, answers, ttft_s)."""
    return {
        "height": {"step": 24},
        "data": {"name": "rows"},
        "mark": "rect",
        "encoding": {
            "x": {
                "field": "hour",
                "type": "ordinal",
                "title": "Hour of the day",
                "axis": {"labelAngle": 0, "labelOverlap": True},
            },
            "y": {"field": "day", "type": "ordinal", "title": None, "sort": [*weekdays]},
            "color": {
                "field": "ttft_s",
                "type": "quantitative",
                "title": "Median TTFT (s)",
                "scale": {"scheme": "tealblues"},
                "legend": {"orient": "top"},
            },
            "tooltip": [_tip("day"), _tip("hour", "ordinal"), _tip("answers"), _tip("ttft_s")],
        },
    }


def round_up(value: float) -> float:
    """To two digits, so that an axis does not move with each reply."""
    if value <= 0:
        return 1.0
    step = float(10.0 ** (math.floor(math.log10(value)) - 1))
    return float(math.ceil(value / step) * step)


def _names(field: str) -> Spec:
    axis = {"labelLimit": 150}
    return {"field": field, "type": "nominal", "title": None, "sort": None, "axis": axis}


def _colour(models: Sequence[str]) -> Spec:
    # The same colours in all charts; the boxes have them beside the names.
    scale = {"domain": [*models]}
    return {"field": "model", "type": "nominal", "legend": None, "scale": scale}


def _tip(field: str, kind: str = "", title: str = "") -> Spec:
    numbers = {"value", "ttft_s", "tok_s", "p5", "p25", "p50", "p75", "p95"}
    tip = {"field": field, "type": kind or ("quantitative" if field in numbers else "nominal")}
    if field in numbers:
        tip["format"] = ".2f"
    return tip | ({"title": title} if title else {})


def _frame(x_axis: Spec, y_axis: Spec) -> Spec:
    """Two corners that nobody sees, between which the axes lie."""
    return {
        "data": {"name": "frame"},
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": x_axis, "y": y_axis},
    }
