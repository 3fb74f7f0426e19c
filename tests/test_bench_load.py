"""What the benches of load and history read from Streamlit's messages. No server, no clock."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Markdown_pb2 import Markdown

from bench.history import Cost
from bench.history import _report as report_history
from bench.load import Use
from bench.load import _report as report_load
from bench.painted import percentile
from bench.visitor import Arrived, answer_trail

MESSAGE = (0, 4, 1)


def block(at_ms: float, path: tuple[int, ...], name: str) -> Arrived:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.add_block.chat_message.name = name
    return Arrived(at_ms, message.SerializeToString())


def text(at_ms: float, path: tuple[int, ...], body: str, *, is_caption: bool = False) -> Arrived:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    kind = Markdown.Type.CAPTION if is_caption else Markdown.Type.NATIVE
    message.delta.new_element.markdown.body = body
    message.delta.new_element.markdown.element_type = kind
    return Arrived(at_ms, message.SerializeToString())


def test_an_answer_grows_by_the_letters_below_its_header() -> None:
    arrived = [
        text(1, (0, 3), "a title"),
        block(2, MESSAGE, "assistant"),
        text(3, (*MESSAGE, 0), "the header"),
        text(4, (*MESSAGE, 1), "One ▌"),
        text(5, (*MESSAGE, 2), "**two**"),
        text(6, (*MESSAGE, 3), "a caption", is_caption=True),
    ]

    assert answer_trail(arrived) == ([(3, 4), (6, 5)], "Onetwo")


def test_an_answer_that_is_drawn_once_more_has_not_grown() -> None:
    once = [block(1, MESSAGE, "assistant"), text(2, (*MESSAGE, 1), "One two")]
    again = [block(3, MESSAGE, "assistant"), text(4, (*MESSAGE, 1), "One")]

    assert answer_trail([*once, *again]) == ([(6, 2)], "Onetwo")


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert [percentile(range(1, 101), share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]


def test_load_is_judged_by_all_tokens_of_all_whole_answers() -> None:
    use = Use("100 answers", 0.5, 200, 120, 900)

    quick = tuple((50.0 * number, 10.0) for number in range(99))

    report = report_load(3, [quick, ((50.0, 400.0),), ()], [use], 0.1)

    assert report.tables[0].rows[0] == (
        *("all tokens", "100", "10 ms", "10 ms", "10 ms", "400 ms"),
        "p95 ≤ 250 ms: met",
    )
    assert report.note.startswith("2 of 3 answers whole")


def test_load_is_told_for_when_they_begin_when_all_stream_and_when_they_end() -> None:
    first = tuple((1_000.0 * number, 1.0 + number) for number in range(10))
    later = tuple((3_000.0 + at_ms, took_ms) for at_ms, took_ms in first)

    rows = report_load(2, [first, later], [], 0.1).tables[0].rows

    # All stream from two seconds after the later one began until the first one's last word.
    assert [row[:3] for row in rows] == [
        ("all tokens", "20", "6 ms"),
        ("while they begin", "7", "2 ms"),
        ("while all stream", "8", "6 ms"),
        ("while they end", "5", "9 ms"),
    ]


def test_load_without_a_whole_answer_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="whole"):
        report_load(1, [()], [], 0.1)


def test_a_long_conversation_is_set_against_a_short_one() -> None:
    report = report_history({4: [Cost(100, 60, 10, 0.1, 50)], 500: [Cost(120, 66, 11, 0.1, 75)]})

    assert report.tables[0].head == ("", "message 5", "message 501", "ratio")
    assert [row[-1] for row in report.tables[0].rows] == ["1.20", "1.10", "1.10", "1.00", "1.50"]
