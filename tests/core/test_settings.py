"""Settings: environment over file over default, and nothing of it is ever fatal or quoted."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.messages import Secret
from chat.setting_values import NamedEndpoint
from chat.settings import (
    MAX_TOKENS,
    OPENROUTER_URL,
    Settings,
    foreign_names,
    load_settings,
)

KEY = "sk-or-v1-" + "a1" * 32
NOWHERE = Path("/nowhere/.env")


@pytest.fixture
def env_file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / ".env"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


WriteEnv = Callable[[str | bytes], Path]


def of(**environ: str) -> Settings:
    return load_settings(environ, NOWHERE)


WAITS = (
    *("RETRY_TRIES", "RETRY_TOTAL_S", "RECONNECTS", "CONNECT_TIMEOUT_S"),
    *("FIRST_EVENT_TIMEOUT_S", "FIRST_TOKEN_TIMEOUT_S", "GAP_TIMEOUT_S", "TOTAL_TIMEOUT_S"),
)
OF_THE_API = {
    "API_TOKEN": "a-token-of-the-operator",
    "OPENAI_API": "on",
    "API_MAX_BODY_BYTES": "5000",
    "API_MAX_MESSAGES": "6",
    "API_RATE_PER_MINUTE": "7",
    "API_MAX_RUNNING": "8",
    "CORS_ORIGINS": "https://A.example/, http://localhost:3000,",
    "PAINT_FIGURES": "off",
    "METRICS_TOKEN": "a-token-of-prometheus",
    "LOG_FORMAT": "JSON",
}


def test_without_environment_and_file_all_is_default() -> None:
    assert of() == Settings()


def test_each_setting_is_read() -> None:
    read = of(
        OPENROUTER_API_KEY=f" {KEY}\n",
        OPENROUTER_BASE_URL="http://127.0.0.1:9/api/v1/",
        DEFAULT_MODEL="sim/echo",
        DEFAULT_MAX_TOKENS="7",
        DATABASE_URL="sqlite:///x.db",
        MODEL_LIST_MINUTES="8",
        LOCAL_MODELS="off",
        TICKERTAPE_ENV="production",
        SIMULATOR="Off",
        MODEL_TITLES="on",
        MAX_MESSAGE_CHARS="99",
        MAX_IMAGES="2",
        MAX_IMAGE_MB="3",
        MAX_ANSWERS="7",
        TICKERTAPE_CACHE="/cache",
        **dict(zip(WAITS, "12034567", strict=True)),
        **OF_THE_API,
        OPENROUTER_AUTH_URL="http://127.0.0.1:9/auth/",
        SERVER_KEY_FOR="Visitors",
        VISITOR_BUDGET_USD="1",
        DAY_BUDGET_USD="12.50",
        COOKIE_SECRET="sixteen letters.",
        ENDPOINTS="ollama=http://localhost:11434/v1/, lab-2=http://10.0.0.5:8000/v1",
        ENDPOINT_LAB_2_KEY="lab key".replace(" ", "-"),
    )

    assert read == Settings(
        openrouter_api_key=Secret(KEY),
        openrouter_base_url="http://127.0.0.1:9/api/v1",
        default_model="sim/echo",
        default_max_tokens=7,
        database_url="sqlite:///x.db",
        model_list_minutes=8,
        local_models="off",
        production=True,
        simulator=False,
        model_titles=True,
        max_message_chars=99,
        max_images=2,
        max_image_mb=3,
        max_answers=7,
        cache_dir=Path("/cache"),
        retry_tries=1,
        retry_total_s=2,
        reconnects=0,
        connect_timeout_s=3,
        first_event_timeout_s=4,
        first_token_timeout_s=5,
        gap_timeout_s=6,
        total_timeout_s=7,
        api_token=Secret("a-token-of-the-operator"),
        openai_api=True,
        api_max_body_bytes=5000,
        api_max_messages=6,
        api_rate_per_minute=7,
        api_max_running=8,
        cors_origins=("https://a.example", "http://localhost:3000"),
        paint_figures=False,
        metrics_token=Secret("a-token-of-prometheus"),
        log_format="json",
        openrouter_auth_url="http://127.0.0.1:9/auth",
        server_key_for="visitors",
        visitor_budget_usd=1.0,
        day_budget_usd=12.5,
        cookie_secret=Secret("sixteen letters."),
        endpoints=(
            NamedEndpoint("ollama", "http://localhost:11434/v1"),
            NamedEndpoint("lab-2", "http://10.0.0.5:8000/v1", Secret("lab-key")),
        ),
    )
    assert all(getattr(read, f.name) != f.default for f in fields(read) if f.name != "warnings")


def test_the_environment_wins_over_the_file(env_file: WriteEnv) -> None:
    path = env_file("DEFAULT_MODEL=from/file\nDEFAULT_MAX_TOKENS=7\n")

    read = load_settings({"DEFAULT_MODEL": "from/environment"}, path)

    assert read.default_model == "from/environment"
    assert read.default_max_tokens == 7


def test_an_empty_value_is_no_value() -> None:
    assert of(OPENROUTER_API_KEY="", DATABASE_URL=" ", DEFAULT_MAX_TOKENS="") == Settings()


@pytest.mark.parametrize(
    "content",
    [
        b"DEFAULT_MODEL=sim/echo",
        b"\xef\xbb\xbfDEFAULT_MODEL=sim/echo\n",
        b"# comment\r\nexport DEFAULT_MODEL='sim/echo'\r\n",
    ],
    ids=["plain", "byte_order_mark", "windows"],
)
def test_the_file_is_read_as_editors_write_it(env_file: WriteEnv, content: bytes) -> None:
    read = load_settings({}, env_file(content))

    assert read == Settings(default_model="sim/echo")


@pytest.mark.parametrize(
    "content", [b"\x80\x81\xff\x00", "DEFAULT_MODEL=x".encode("utf-16")], ids=["binary", "utf_16"]
)
def test_a_file_that_is_no_text_is_ignored_with_a_warning(
    env_file: WriteEnv, content: bytes
) -> None:
    read = load_settings({}, env_file(content))

    assert read == Settings(warnings=("The .env file cannot be read as text; it was ignored.",))


def test_a_folder_in_place_of_the_file_is_ignored_with_a_warning(tmp_path: Path) -> None:
    assert "cannot be read" in load_settings({}, tmp_path).warnings[0]


def test_a_line_that_is_no_setting_is_named_and_the_others_count(env_file: WriteEnv) -> None:
    path = env_file(f'SIMULATOR=off\nOPENROUTER_API_KEY="{KEY}\nDEFAULT_MODEL=sim/echo\n')

    read = load_settings({}, path)

    assert (read.simulator, read.default_model) == (False, "sim/echo")
    assert read.warnings == ("Line 2 of .env is no setting; it was ignored.",)


# The file is written anew by each example.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_no_file_is_fatal_whatever_is_in_it(env_file: WriteEnv, content: bytes) -> None:
    path = env_file(b"SIMULATOR=" + content)

    assert load_settings({}, path).openrouter_base_url == OPENROUTER_URL


@pytest.mark.parametrize("key", [f"{KEY}\nX-Evil: 1", f"{KEY} x", "sk–or–" + KEY])
def test_a_key_that_cannot_be_one_is_ignored_and_not_quoted(key: str) -> None:
    read = of(OPENROUTER_API_KEY=key)

    assert read.openrouter_api_key is None
    (warning,) = read.warnings
    assert warning.startswith("OPENROUTER_API_KEY cannot be a key")
    assert KEY not in warning


@pytest.mark.parametrize(
    "url",
    [
        "openrouter.ai/api",
        "ftp://openrouter.ai",
        "https:///api",
        "https://[::1",
        "http://host:port",
        "http://host:99999",
        "http://a b/",
        "http://a\nb/",
        "http://host/\x00",
        "javascript:alert(1)",
    ],
)
def test_a_url_that_cannot_be_asked_is_ignored_and_not_quoted(url: str) -> None:
    read = of(OPENROUTER_BASE_URL=url)

    assert read.openrouter_base_url == OPENROUTER_URL
    (warning,) = read.warnings
    assert warning.startswith("OPENROUTER_BASE_URL should begin with https://")
    assert url not in warning


@given(st.text(alphabet=st.sampled_from("htps:/.[]@%?# aé0:9-_~\n\0"), max_size=30))
def test_a_url_that_is_taken_is_one_for_the_http_client_too(text: str) -> None:
    url = of(OPENROUTER_BASE_URL=f"http://{text}").openrouter_base_url

    assert httpx2.URL(url).host


@pytest.mark.parametrize(
    "text", ["ten", "-1", "0", "1.5", "1e3", "200001", "٣", "0" * 11 + "7" * 5000]
)
def test_a_number_that_cannot_be_leaves_the_default(text: str) -> None:
    read = of(DEFAULT_MAX_TOKENS=text)

    assert read.default_max_tokens == MAX_TOKENS
    assert read.warnings == (
        "DEFAULT_MAX_TOKENS should be a whole number from 1 to 200,000; 1,024 is used.",
    )


def test_a_switch_that_is_neither_on_nor_off_is_ignored() -> None:
    read = of(SIMULATOR="maybe")

    assert read.simulator
    assert read.warnings == ("SIMULATOR should be on or off; 'maybe' was ignored.",)


def test_a_home_folder_that_is_not_is_ignored() -> None:
    read = of(TICKERTAPE_CACHE="~nobody-by-that-name/cache")

    assert read.cache_dir is None
    assert read.warnings[0].startswith("TICKERTAPE_CACHE begins with a home folder")


def test_printed_settings_show_no_secret() -> None:
    read = of(OPENROUTER_API_KEY=KEY, DATABASE_URL="postgresql://ann:hidden@host/name")

    assert KEY not in repr(read)
    assert "hidden" not in repr(read)


def test_what_the_sdk_would_read_is_found() -> None:
    environ = {"OPENAI_API_KEY": "k", "OPENAI_LOG": "debug", "PATH": "/", "MY_OPENAI_KEY": "k"}

    assert foreign_names(environ) == ["OPENAI_API_KEY", "OPENAI_LOG"]


def test_the_simulator_is_off_in_production_unless_it_is_asked_for() -> None:
    assert of().simulator
    assert not of(TICKERTAPE_ENV="Production").simulator
    assert of(TICKERTAPE_ENV="production", SIMULATOR="on").simulator
