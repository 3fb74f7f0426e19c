"""What README, `.env.example` and the Makefile say, held against the program."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from chat.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
NAME_OF_FIELD = {"cache_dir": "TICKERTAPE_CACHE", "production": "TICKERTAPE_ENV"}


def names_of_settings() -> set[str]:
    names = (field.name for field in fields(Settings) if field.name != "warnings")
    return {NAME_OF_FIELD.get(name, name.upper()) for name in names}


def test_the_readmes_table_has_each_setting_and_no_other() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)) == names_of_settings()


def test_the_example_has_each_setting_and_no_other() -> None:
    assert set(re.findall(r"^# ([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == names_of_settings()


def test_the_example_taken_as_it_is_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE)

    assert load_settings({}, tmp_path / ".env") == Settings()


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("DEFAULT_MAX_TOKENS", "default_max_tokens"),
        ("DATABASE_URL", "database_url"),
        ("OPENROUTER_BASE_URL", "openrouter_base_url"),
        ("MAX_MESSAGE_CHARS", "max_message_chars"),
        ("RETRY_TRIES", "retry_tries"),
        ("RETRY_TOTAL_S", "retry_total_s"),
        ("RECONNECTS", "reconnects"),
        ("CONNECT_TIMEOUT_S", "connect_timeout_s"),
        ("FIRST_EVENT_TIMEOUT_S", "first_event_timeout_s"),
        ("FIRST_TOKEN_TIMEOUT_S", "first_token_timeout_s"),
        ("GAP_TIMEOUT_S", "gap_timeout_s"),
        ("TOTAL_TIMEOUT_S", "total_timeout_s"),
    ],
)
def test_the_readmes_defaults_are_the_programs(name: str, field: str) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `{name}`"))

    assert row.rstrip(" |").endswith(f"`{getattr(Settings(), field)}`")


def test_each_make_target_of_the_readme_is_there() -> None:
    wanted = set(re.findall(r"make ([a-z]+)", README)) - {"test's"}

    assert {"run", "test"} <= wanted
    assert wanted <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def test_each_picture_and_page_of_the_readme_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []
