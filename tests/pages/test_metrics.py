"""The metrics page, empty and with answers."""

from streamlit.testing.v1 import AppTest

from .visits import QUICK, STRANGER, boxes, metrics, say, visit

COLUMNS = [
    "started_at",
    "model",
    "served_model",
    "outcome",
    "ttft_s",
    "tok_s",
    "total_s",
    "tokens",
    "tokens_estimated",
    "prompt_tokens",
    "cost_usd",
    "upstream_provider",
]


def tiles(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_without_answers_the_page_says_where_figures_come_from() -> None:
    app = metrics(visit())

    assert boxes(app) == ["No answers yet. Ask something, and its figures appear here."]
    assert not app.exception


def test_each_answer_is_a_row_newest_first() -> None:
    say(visit(QUICK), "Hello")
    say(visit("sim/500"), "Hello")

    app = metrics(visit())

    table = app.dataframe[0].value
    assert list(table["model"]) == ["sim/500", QUICK]
    assert list(table["outcome"]) == ["Failed", "Done"]
    assert not app.exception


def test_a_failed_answer_has_no_figures_of_its_own_making() -> None:
    say(visit("sim/500"), "Hello")

    app = metrics(visit())

    assert tiles(app)["Median TTFT"] == "n/a"
    assert tiles(app)["Median throughput"] == "n/a"
    assert app.dataframe[0].value["ttft_s"].isna().all()
    assert not app.exception


def test_the_tiles_sum_the_answers_up() -> None:
    app = visit(QUICK)
    say(say(app, "One"), "Two")

    shown = tiles(metrics(app))

    assert shown["Answers"] == "2"
    assert shown["Tokens"] == "80"
    assert shown["Median TTFT"].endswith(" s")
    assert shown["Median throughput"].endswith(" tok/s")


def test_the_table_can_be_downloaded() -> None:
    say(visit(QUICK), "Hello")

    app = metrics(visit())

    assert list(app.dataframe[0].value.columns) == COLUMNS
    assert app.download_button[0].label == "Download CSV"


def test_a_visitor_sees_only_own_figures() -> None:
    say(visit(QUICK), "Hello")

    assert boxes(metrics(visit(visitor=STRANGER))) == [
        "No answers yet. Ask something, and its figures appear here."
    ]
