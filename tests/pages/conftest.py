"""Services of each test's own: an empty database in its folder, the simulator, no local models."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.ui import wiring

SETTINGS = (
    "OPENROUTER_API_KEY",
    "OPENROUTER_BASE_URL",
    "DEFAULT_MODEL",
    "DEFAULT_MAX_TOKENS",
    "MAX_MESSAGE_CHARS",
    "SIMULATOR",
    "SERVER_KEY_FOR",
    "VISITOR_BUDGET_USD",
    "DAY_BUDGET_USD",
    "COOKIE_SECRET",
    "OPENROUTER_AUTH_URL",
    "ENDPOINTS",
)
"""What the developer's own environment may hold and the tests must not see."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder where `.env` and the database are; nothing runs after the test."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOCAL_MODELS", "off")
    # A failure is drawn at once; the waits before another try have tests of their own.
    monkeypatch.setenv("RETRY_TRIES", "1")
    monkeypatch.setenv("MAX_ANSWERS", "1000")  # a test may play all faults at once
    monkeypatch.setenv("RECONNECTS", "0")
    monkeypatch.setenv("MODEL_LIST_MINUTES", "0")  # no test asks the internet
    monkeypatch.setenv("TICKERTAPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'chat.db'}")
    monkeypatch.setattr(wiring, "ROOT", tmp_path)
    wiring.services.clear()
    yield tmp_path
    wiring.services.clear()
