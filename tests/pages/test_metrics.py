"""The metrics page, empty and with answers."""

import io
import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from chat.figures import View
from chat.ui import wiring
from chat.ui.metrics_charts import CHART
from chat.ui.metrics_export import Export
from chat.ui.metrics_table import OPENS_NOT
from chat.ui.plain import plain

from .visits import QUICK, STRANGER, VISITOR, boxes, metrics, say, visit

TOKEN = "the-operators-token"
NOTHING = "No answers yet. Ask something, and its figures appear here."


def tiles(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def column(app: AppTest, name: str) -> list[object]:
    """A column of the table of answers, which is the last on the page."""
    return list(app.dataframe[-1].value[name])


def test_without_answers_the_page_says_where_figures_come_from() -> None:
    app = metrics(visit())

    assert boxes(app) == [NOTHING]
    assert not app.exception


def test_a_sample_can_be_run_where_there_are_no_answers() -> None:
    app = metrics(visit())

    app.button(key="run_sample").click().run()

    held = wiring.services()
    assert all(live.wait_end(10) for live in held.engine.known(VISITOR).values())
    held.kept.recorder.close()  # saves what is left
    assert tiles(app.run())["Answers"] == "1"


def test_each_answer_is_a_row_newest_first() -> None:
    say(visit(QUICK), "Hello")
    say(visit("sim/500"), "Hello")

    app = metrics(visit())

    assert column(app, "model") == ["sim/500", QUICK]
    assert column(app, "outcome") == ["Failed", "Done"]
    assert not app.exception


def test_a_failed_answer_has_no_figures_of_its_own_making() -> None:
    say(visit("sim/500"), "Hello")

    app = metrics(visit())

    assert tiles(app)["Median TTFT"] == "n/a"
    assert tiles(app)["Median tok/s"] == "n/a"
    assert tiles(app)["Failed"] == "100.0%"
    assert app.dataframe[-1].value["ttft_s"].isna().all()
    assert not app.exception


def test_the_tiles_sum_the_answers_up() -> None:
    app = visit(QUICK)
    say(say(app, "One"), "Two")

    shown = tiles(metrics(app))

    assert shown["Answers"] == "2"
    assert shown["Median TTFT"].endswith(" s")
    assert float(shown["Median tok/s"]) > 0


def test_each_kind_of_chart_is_drawn_when_it_is_chosen() -> None:
    say(visit(QUICK), "Hello")
    say(visit("sim/500"), "Hello")
    app = metrics(visit())
    drawn = []

    for kind in app.radio(key=CHART).options:
        app.radio(key=CHART).set_value(kind).run()
        drawn.append([chart.proto.alt.split(".")[0] for chart in app.get("vega_lite_chart")])

    assert drawn == [
        ["Time to first token (s) over time", "Time to first token (s) by model"],
        ["Throughput (tok/s) over time", "Throughput (tok/s) by model"],
        ["Throughput against time to first token"],
        ["Failures by kind"],
        ["Cost by model"],
        ["By hour"],
    ]


def test_filters_leave_the_answers_that_match() -> None:
    say(visit(QUICK), "Hello")
    say(visit("sim/500"), "Hello")
    app = metrics(visit())

    app.multiselect(key="models").set_value([QUICK]).run()

    assert tiles(app)["Answers"] == "1"
    assert column(app, "model") == [QUICK]


def test_a_filter_in_the_address_is_a_filter() -> None:
    say(visit(QUICK), "Hello")
    say(visit("sim/500"), "Hello")
    app = visit()
    app.query_params["outcomes"] = "Failed"

    assert tiles(metrics(app))["Failed"] == "100.0%"


def test_everything_can_be_downloaded() -> None:
    say(visit(QUICK), "Hello")

    app = metrics(visit())

    assert [button.label for button in app.download_button] == [
        f"Download {name}" for name in ("CSV", "JSON", "Parquet", "report")
    ]


def test_a_visitor_sees_only_own_figures() -> None:
    say(visit(QUICK), "Hello")

    assert boxes(metrics(visit(visitor=STRANGER))) == [NOTHING]


def test_the_operator_sees_everybodys_figures_once_the_token_is_typed_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("API_TOKEN", TOKEN)
    say(visit(QUICK), "Hello")
    app = metrics(visit(visitor=STRANGER))
    assert boxes(app) == [NOTHING]

    app.text_input(key="operator_token").set_value("something else").run()
    refused = boxes(app)
    app.text_input(key="operator_token").set_value(TOKEN).run()
    app.toggle(key="everybody").set_value(True).run()

    assert "That is not this server's token." in refused
    assert tiles(app)["Answers"] == "1"
    assert OPENS_NOT in [caption.value for caption in app.caption]


def test_exports_hold_the_rows_that_are_shown() -> None:
    say(visit(QUICK), "Hello")
    say(visit("sim/500"), "Hello")
    export = Export(
        wiring.services().kept.store.figures,
        VISITOR,
        None,
        datetime.now(UTC),
        View(models=(QUICK,)),
    )

    rows = pd.read_csv(io.BytesIO(export.as_csv()))
    same = pd.read_parquet(io.BytesIO(export.as_parquet()))

    assert list(rows["model"]) == list(same["model"]) == [QUICK]
    assert rows["ttft_s"][0] == pytest.approx(same["ttft_s"][0])
    assert json.loads(export.as_json())[0]["id"] == rows["id"][0]
    assert str(same["started_at"].dtype).startswith("datetime64")


def odd_model() -> None:
    from chat.figures import ModelFigures, Spread, Summary, Totals  # noqa: PLC0415 - a page of its own
    from chat.ui.metrics_charts import draw_charts  # noqa: PLC0415 - a page of its own

    spread = Spread(1, 1, 1, 1, 1)
    model = ModelFigures("![x](http://h/x.png)" + "m" * 300, Totals(1), spread, None)
    draw_charts(Summary(Totals(1), models=(model,)))


def test_a_models_name_is_nothing_but_text_however_long() -> None:
    app = AppTest.from_function(odd_model).run()

    (said,) = [caption.value for caption in app.caption if "The median of" in caption.value]
    assert plain("![x](http://h/x.png)") in said
    assert "![x]" not in said
    assert not app.exception
