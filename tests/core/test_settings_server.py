"""Settings of a server that has more to give: its own key, budgets, endpoints, a cookie secret."""

from pathlib import Path

import pytest

from chat.settings import Settings, foreign_names, load_settings


def of(**environ: str) -> Settings:
    return load_settings(environ, Path("/nowhere/.env"))


@pytest.mark.parametrize("text", ["maybe", "everyone", "visitor"])
def test_who_may_use_the_key_is_nobody_where_it_cannot_be_read(text: str) -> None:
    read = of(SERVER_KEY_FOR=text)

    assert read.server_key_for == "nobody"
    assert read.warnings[0].startswith("SERVER_KEY_FOR should be nobody")


@pytest.mark.parametrize("text", ["-1", "1e3", "inf", "nan", "$5", "1,5", "9999999"])
def test_a_budget_that_cannot_be_leaves_the_default(text: str) -> None:
    read = of(DAY_BUDGET_USD=text)

    assert read.day_budget_usd == Settings().day_budget_usd
    assert read.warnings == ("DAY_BUDGET_USD should be an amount like 0.50; 2.00 is used.",)


@pytest.mark.parametrize(
    "entry",
    [
        "no address",
        "=http://h/v1",
        "local=http://h/v1",
        "sim=http://h/v1",
        "A=http://h/v1",
        "a/b=http://h/v1",
        "lab=ftp://hidden@h/v1",
        "lab=hidden",
        "good=http://again/v1",
    ],
)
def test_an_endpoint_that_cannot_be_is_ignored_and_not_quoted(entry: str) -> None:
    read = of(ENDPOINTS=f"good=http://h/v1, {entry}")

    assert [endpoint.name for endpoint in read.endpoints] == ["good"]
    (warning,) = read.warnings
    assert "hidden" not in warning


def test_a_short_cookie_secret_is_ignored() -> None:
    read = of(COOKIE_SECRET="too short")

    assert read.cookie_secret is None
    assert "too short" not in read.warnings[0]


@pytest.mark.parametrize("entry", ["example.org", "https://a.example/path", "https://", "null"])
def test_a_site_that_is_none_is_ignored(entry: str) -> None:
    settings = of(CORS_ORIGINS=f"{entry}, *")

    assert settings.cors_origins == ("*",)
    assert "entry 1 should be like https://example.org" in settings.warnings[0]


def test_our_own_variable_stays_when_those_of_the_sdk_leave() -> None:
    assert foreign_names({"OPENAI_API": "on", "OPENAI_API_KEY": "x"}) == ["OPENAI_API_KEY"]
