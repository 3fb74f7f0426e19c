"""The app as strangers' programs meet it: `streamlit run` on a port, a simulator as OpenRouter."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.processes import app, simulator, wait_until

HERE = Path(__file__).parent
TOKEN = "operator-token-of-the-tests"
NO_NODE = "These tests need Node and its packages: `make test` installs them (deploy/node.sh)."
PATIENCE_S = 120

Seen = dict[str, Any]


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Looks until something holds that another process brings about."""
    return lambda condition: wait_until(condition, PATIENCE_S / 4, "what was expected", 0.05)


@pytest.fixture(scope="session")
def openrouter() -> Iterator[str]:
    """The origin of a simulator that stands in OpenRouter's place, so that keys travel."""
    with simulator() as origin:
        yield origin


@pytest.fixture(scope="session")
def server(openrouter: str) -> Iterator[str]:
    """The address of a running app, without a slash at its end."""
    settings = {
        "OPENROUTER_BASE_URL": f"{openrouter}/api/v1",
        "API_TOKEN": TOKEN,
        "OPENAI_API": "on",
        "API_RATE_PER_MINUTE": "100000",
        "API_MAX_RUNNING": "100",
        "API_MAX_BODY_BYTES": "100000",
        "CORS_ORIGINS": "https://friend.example",
        "LOCAL_MODELS": "off",
        "MAX_ANSWERS": "1000",
        "RETRY_TRIES": "2",
        "RECONNECTS": "0",
    }
    with app(settings) as address:
        yield address.rstrip("/")


@pytest.fixture(scope="session")
def seen(server: str) -> Callable[[str, str], Seen]:
    """What the packages of a version saw in a scenario; one run of Node for each version."""

    @cache
    def played(version: str) -> dict[str, Seen]:
        node = shutil.which("node")
        if node is None or not (HERE / "node_modules").is_dir():
            pytest.fail(NO_NODE, pytrace=False)
        done = subprocess.run(  # noqa: S603 - our own script
            [node, HERE / "scenarios.mjs", version, server, TOKEN],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )
        found: dict[str, Seen] = json.loads(done.stdout)
        return found

    return lambda version, name: played(version)[name]
