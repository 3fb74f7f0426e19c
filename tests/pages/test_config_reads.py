"""Streamlit's settings are read as it reads them, and while another thread holds its lock."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit import config

from chat.ui.config_reads import read_option

LONG_S = 60.0


def test_every_setting_reads_as_streamlit_reads_it() -> None:
    names = list(config.get_config_options())

    assert len(names) > 50
    assert [read_option(name) for name in names] == [config.get_option(name) for name in names]


def test_a_change_is_seen() -> None:
    before = read_option("global.minCachedMessageSize")
    config.set_option("global.minCachedMessageSize", before + 1)
    changed = read_option("global.minCachedMessageSize")
    config.set_option("global.minCachedMessageSize", before)

    assert changed == before + 1


def test_a_name_that_is_none_is_refused_as_streamlit_does() -> None:
    with pytest.raises(RuntimeError, match="not defined"):
        config.get_option("server.nothing")
    with pytest.raises(RuntimeError, match="not defined"):
        read_option("server.nothing")


def test_it_is_read_while_another_holds_the_lock() -> None:
    is_held, is_read = threading.Event(), threading.Event()

    def hold() -> None:
        with config._config_lock:
            is_held.set()
            assert is_read.wait(LONG_S)

    with ThreadPoolExecutor() as pool:
        holder = pool.submit(hold)
        assert is_held.wait(LONG_S)
        port = pool.submit(read_option, "server.port").result(LONG_S)
        was_held = not holder.done()
        is_read.set()
        holder.result(LONG_S)

    assert was_held
    assert isinstance(port, int)
