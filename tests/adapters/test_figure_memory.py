"""Columns of many figures: exact over any number of pieces, narrow, and nothing kept of a view."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime
from os import getpid
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

from bench.usage import memory_bytes
from chat.figures import View
from chat.stores import figure_memory
from chat.stores.figure_columns import Columns, Named, table_of
from chat.stores.figure_memory import PIECE, Bits, Numbers
from chat.stores.figure_sums import Span

ROWS = 3 * PIECE + 7
DAY_S = 86_400
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
BYTES_OF_A_REPLY = 44


def some_values() -> Numbers:
    """Few of them different, and one in ten unknown."""
    chance = np.random.default_rng(8)
    values = chance.integers(0, 5000, ROWS).astype(np.float32)
    values[chance.random(ROWS) < 0.1] = np.nan
    return values


def a_table(count: int, models: int = 6) -> pa.Table:
    """Replies of one day, asked of so many models by turns."""
    row: dict[str, Any] = {
        "number": 1,
        "started_at": NOON,
        "upstream_provider": None,
        "outcome": "completed",
        "failure_kind": None,
        "ttft_s": 0.5,
        "tok_s": 90.0,
        "total_s": 2.0,
        "cost_usd": 0.001,
        "prompt_tokens": 3,
        "completion_tokens": 100,
        "text_chars": 400,
        "reasoning_chars": 0,
    }
    made = table_of(cast("Any", SimpleNamespace(**row, model=f"m/{n}")) for n in range(models))
    return made.take(pa.array(np.arange(count) % models)).combine_chunks()


def bytes_of(columns: Columns) -> int:
    """What the rows take."""
    parts = [getattr(columns, field.name) for field in fields(columns)]
    return sum(part.codes.nbytes if isinstance(part, Named) else part.nbytes for part in parts)


def test_chosen_rows_are_copied_whole_and_in_order() -> None:
    values = np.arange(ROWS)
    chosen: Bits = values % 3 == 1

    assert (figure_memory.where(values, chosen) == values[chosen]).all()
    assert len(figure_memory.where(values, np.zeros(ROWS, np.bool_))) == 0


def test_places_in_a_table_are_counted_and_looked_up() -> None:
    codes = (np.arange(ROWS) % 7).astype(np.uint8)
    table = np.array([n > 4 for n in range(7)])

    assert (figure_memory.looked_up(table, codes) == (codes > 4)).all()
    assert list(figure_memory.counts(codes, 8)) == [*np.bincount(codes), 0]


@pytest.mark.parametrize("limit", [1, 500, ROWS, 2 * ROWS])
@pytest.mark.parametrize("largest", [False, True])
def test_the_smallest_come_first_and_unknown_ones_last(limit: int, largest: bool) -> None:
    values = some_values()
    in_order = -np.sort(-values) if largest else np.sort(values)

    places = figure_memory.smallest(values, limit, largest=largest)

    assert len(set(places.tolist())) == min(limit, ROWS)
    np.testing.assert_array_equal(values[places], in_order[:limit])


def test_more_words_than_a_byte_can_count_keep_their_names() -> None:
    models = [100, 300, 100]

    column = Columns.of([a_table(2 * count, count) for count in models]).model

    asked = [f"m/{n}" for count in models for n in [*range(count)] * 2]
    assert [column.names[code] for code in column.codes] == asked


def test_a_reply_takes_few_bytes_of_its_columns() -> None:
    assert bytes_of(Columns.of([a_table(1000)])) == 1000 * BYTES_OF_A_REPLY


def test_threads_that_have_drawn_a_view_keep_no_memory_of_it() -> None:
    tables = [a_table(ROWS)]

    def look(threads: Executor) -> None:
        Span(Columns.of(tables), None, NOON.replace(day=2), threads).summarise(View())

    with ThreadPoolExecutor(2) as threads:
        kept = _kept_after(3, lambda: look(threads))
        more = _kept_after(12, lambda: look(threads))

    # Each thread that computed for itself would keep some 14 bytes a row: together 170.
    assert (more - kept) / ROWS < 80


def _kept_after(count: int, look: Callable[[], None]) -> int:
    """The process's memory, in bytes, when so many new threads have looked and are still there."""
    done = threading.Event()
    for _ in range(count):
        has_looked = threading.Event()

        def stay(has_looked: threading.Event = has_looked) -> None:
            look()
            has_looked.set()
            done.wait()

        threading.Thread(target=stay, daemon=True).start()
        has_looked.wait()
    kept = memory_bytes(getpid()) or 0
    done.set()
    return kept
