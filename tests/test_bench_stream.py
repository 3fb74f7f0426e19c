"""The arithmetic of `bench stream`: which word was painted when, and what the targets say of it."""

import socket

import pytest

from bench.painted import Delays, delays, ends_on_page, letters_of
from bench.stream import SCENARIOS, SYSTEMS, WARM_UP
from bench.stream_table import TARGETS, Streamed, as_report
from bench.wire import counted
from chat.simulator.grammar import read_scenario
from chat.simulator.prose import FENCE_LINES, TABLE_ROWS, write


def streamed(page: str, scenario: str, *took_ms: float, whole: bool = True) -> Streamed:
    return Streamed(scenario, page, Delays(took_ms, 10, whole), 4, 100, 700, 900, 3, 0.5, 0.25)


def verdicts(*found: Streamed) -> dict[str, tuple[str, ...]]:
    return {row[1]: row[2:] for row in as_report(found).tables[1].rows}


def test_a_token_ends_where_its_last_letter_stands_on_the_page() -> None:
    assert ends_on_page(["## Two ", "**words", "** "], "Twowords") == [3, 8, None]


def test_words_that_markdown_hides_and_words_that_it_adds_do_not_shift_the_others() -> None:
    tokens = ["```python\n", "total ", "+= ", "weigh\n", "```\n", "Then"]

    assert ends_on_page(tokens, "totalweigh1Then") == [None, 5, None, 10, None, 15]


def test_a_token_took_until_the_first_frame_that_held_it_all() -> None:
    found = delays(["One ", "two ", "three"], [0, 10, 20], "Onetwothree", [(5, 30), (11, 45)])

    assert found == Delays((30, 35, 25), 25, is_complete=True, at_ms=(0, 10, 20))


def test_what_cannot_be_seen_has_no_delay_and_shifts_no_other() -> None:
    found = delays(["One ", "** ", "two"], [0, 10, 20], "Onetwo", [(3, 30), (6, 45)])

    assert (found.of_tokens, found.at_ms) == ((30, 25), (0, 20))


def test_an_answer_whose_end_was_never_painted_is_not_complete() -> None:
    assert not delays(["One ", "two"], [0, 10], "One", [(3, 20)]).is_complete
    assert not delays(["One ", "two"], [0], "One", [(3, 20)]).is_complete


def test_an_answer_of_which_nothing_was_seen_has_no_figures() -> None:
    with pytest.raises(ValueError, match="nothing"):
        delays(["One"], [0], "", [])


def test_the_last_quarter_is_set_against_the_first() -> None:
    assert Delays((10, 10, 1, 1, 1, 1, 15, 15), 0, is_complete=True).last_quarter == 1.5


def test_letters_are_counted_in_every_script() -> None:
    assert letters_of("| 計測、 Naïve_9 |") == "計測Naïve9"


def test_a_target_is_held_against_its_baseline_of_the_same_run() -> None:
    found = verdicts(
        streamed("raw", "50x500", 10),
        streamed("plain", "50x500", 40),
        streamed("app", "50x500", 20),
    )

    assert found["p95 ÷ raw"] == ("2.00", "3.50", "met")
    assert found["p95 ÷ plain"] == ("0.50", "0.70", "met")
    assert found["× text"] == ("7.00", "8.00", "met")
    assert found["CPU ÷ plain"] == ("1.00", "0.75", "missed")


def test_a_target_without_its_baseline_is_not_judged() -> None:
    assert "p95 ÷ raw" not in verdicts(streamed("app", "50x500", 20))


def test_one_answer_that_broke_off_is_a_missed_target() -> None:
    found = verdicts(streamed("app", "100x8000", 1), streamed("app", "100x8000", 1, whole=False))

    assert found["complete"][-1] == "missed"


def test_every_scenario_has_targets_and_a_model_that_the_simulator_knows() -> None:
    assert SCENARIOS.keys() == TARGETS.keys()
    assert all(read_scenario("bench/sim-as-asked", f"bench/sim-{s}") for s in SCENARIOS.values())
    assert read_scenario(WARM_UP).style == "mixed"
    assert {system.name for system in SYSTEMS} == {"raw", "plain", "app"}


@pytest.mark.parametrize(
    ("scenario", "lines"), [("fence", FENCE_LINES + 2), ("table", TABLE_ROWS + 2), ("cjk", 1)]
)
def test_a_scenario_of_one_block_has_it_whole(scenario: str, lines: int) -> None:
    asked = read_scenario(f"bench/sim-{SCENARIOS[scenario]}")
    first_block = "".join(write(asked.style, 1, asked.length_tokens or 0)).split("\n\n")[0]

    assert len(first_block.splitlines()) == lines
    assert len(first_block.encode()) > 10_000


def _port(server: socket.socket) -> int:
    port: int = server.getsockname()[1]
    return port


def test_the_wire_counts_what_the_server_sends_and_nothing_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, counted(_port(server)) as wire:
        with socket.create_connection(("127.0.0.1", wire.port)) as browser:
            connection, _ = server.accept()
            with connection:
                browser.sendall(b"GET /")
                assert connection.recv(5) == b"GET /"
                connection.sendall(b"answer")
            assert browser.recv(100) == b"answer"

        assert wire.received_bytes == len(b"answer")
