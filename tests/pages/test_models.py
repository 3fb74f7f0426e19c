"""The choice of model: what is offered, in which order, and from which list."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from chat.built_in_models import BUILT_IN
from chat.model_lists import save_copy
from chat.settings import OPENROUTER_URL
from chat.simulator import SimulatorServer
from chat.ui import session
from chat.ui.wiring import services

from .visits import ENTRY, QUICK, STRANGER, VISITOR, as_read, chosen, offers, say, told, visit

THINKER = "acme/sim-think-40-rate-200-len-60"
LISTED_S = 10


@pytest.fixture
def openrouter(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorServer]:
    """A simulator in OpenRouter's place, whose list is asked for."""
    server = SimulatorServer()
    monkeypatch.setenv("OPENROUTER_BASE_URL", server.start())
    monkeypatch.setenv("MODEL_LIST_MINUTES", "60")
    yield server
    services.clear()
    server.close()


def listed(model: str | None = None) -> AppTest:
    """The page once OpenRouter's list is there."""
    visit(model)
    while services().models.is_asking:
        services().engine.call(nothing(), LISTED_S)
    return visit(model)


async def nothing() -> None:
    """Lets the engine's loop turn once."""


def quiet_lines(app: AppTest) -> str:
    return "\n".join(as_read(caption.value) for caption in app.sidebar.caption)


def sections(app: AppTest) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for model, (_, section, *_) in offers(app).items():
        found.setdefault(section, []).append(model)
    return found


def test_without_a_list_the_built_in_one_is_offered_and_said_to_be() -> None:
    app = visit()

    assert sections(app)["OpenRouter"] == [model.id for model in BUILT_IN.models]
    assert "Built-in list of 2026-11-10." in quiet_lines(app)


@pytest.mark.usefixtures("openrouter")
def test_openrouters_list_is_offered_and_said_to_be() -> None:
    app = listed()

    assert THINKER in sections(app)["OpenRouter"]
    assert "OpenRouter's list of" in quiet_lines(app)


@pytest.mark.usefixtures("openrouter")
def test_after_a_restart_without_network_the_copy_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed()
    services.clear()
    monkeypatch.setenv("MODEL_LIST_MINUTES", "0")

    app = visit()

    assert THINKER in sections(app)["OpenRouter"]
    assert "Saved copy of OpenRouter's list" in quiet_lines(app)


def test_an_upstream_that_is_away_is_said_and_the_app_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENROUTER_BASE_URL", "http://127.0.0.1:9")  # the discard port
    monkeypatch.setenv("MODEL_LIST_MINUTES", "60")

    app = listed()

    assert "OpenRouter's list of models cannot be had right now." in quiet_lines(app)
    assert not app.exception


@pytest.mark.usefixtures("openrouter")
def test_each_entry_says_context_and_prices() -> None:
    facts = {name: words for name, _, words, *_ in offers(listed()).values()}

    assert facts["Acme: Thinker"] == "1.05M context · $2 in, $10 out"
    assert facts["Acme: Gratis"] == "131k context · free"
    assert facts["Auto Router"] == "price varies"


def test_a_model_that_answered_here_says_how_fast_and_stands_on_top() -> None:
    say(visit("sim/echo"), "Hello to all of you out there")
    services().kept.recorder.close()

    app = visit("sim/echo")

    _, section, facts, *_ = offers(app)["sim/echo"]
    assert section == "Recently used"
    assert "TTFT 0." in facts
    assert "tok/s" in facts
    assert f"sim/echo · {facts}" in quiet_lines(app)


def test_another_visitors_answers_say_nothing_about_speed() -> None:
    say(visit("sim/echo"), "Hello to all of you out there")
    services().kept.recorder.close()

    assert "tok/s" not in offers(visit(visitor=STRANGER))["sim/echo"][2]


def test_favourites_stand_first_and_are_one_visitors_own() -> None:
    visit()
    services().kept.store.choices.set_favourite(VISITOR, "sim/echo", is_favourite=True)

    (model, (_, section, _, star, _)), *_ = offers(visit()).items()
    assert (model, section, bool(star)) == ("sim/echo", "Favourites", True)
    assert "Favourites" not in sections(visit(visitor=STRANGER))


@pytest.mark.usefixtures("openrouter")
def test_the_filter_for_free_goes_by_price() -> None:
    app = listed()

    app.toggle(key=session.WANT_FREE).set_value(True).run()

    assert sections(app)["OpenRouter"] == ["acme/sim-rate-200-len-40"]
    assert "1 model fits." in quiet_lines(app)


def test_filters_do_not_touch_the_choice() -> None:
    app = visit(QUICK)

    app.toggle(key=session.WANT_REASONING).set_value(True).run()

    assert chosen(app) == QUICK


def test_the_address_preselects_a_model() -> None:
    app = AppTest.from_file(ENTRY, default_timeout=10)
    app.query_params["model"] = "sim/echo"

    app.run()

    assert chosen(app) == "sim/echo"


@pytest.mark.usefixtures("openrouter")
def test_a_model_that_has_gone_says_so_and_the_nearest_is_one_click_away() -> None:
    app = listed("acme/sim-think-40-rate-200-len-6")
    assert "No list has the model acme/sim-think-40-rate-200-len-6 any more." in quiet_lines(app)

    app.button(key="use_nearest").click().run()

    assert chosen(app) == THINKER
    assert "No list has" not in quiet_lines(app)


@pytest.mark.usefixtures("openrouter")
@pytest.mark.parametrize("model", [f"{THINKER}:nitro", "sim/len-7", "openrouter/auto"])
def test_a_model_that_may_be_asked_is_not_said_to_have_gone(model: str) -> None:
    assert "No list has" not in quiet_lines(listed(model))


def test_a_list_that_is_not_live_proves_no_model_gone() -> None:
    assert "No list has" not in quiet_lines(visit("acme/anything"))


def test_a_list_of_five_hundred_is_offered_whole_and_sent_once(home: Path) -> None:
    many = json.dumps({"data": [{"id": f"acme/m-{n}"} for n in range(500)]}).encode()
    save_copy(home / "cache" / "models.json", OPENROUTER_URL, many, datetime.now(UTC))

    app = visit(QUICK)

    assert len(sections(app)["OpenRouter"]) == 500
    before = told(app, "tickertape.model_list")
    app.session_state[session.MODEL] = "acme/m-7"
    app.run()
    app.toggle(key=session.WANT_FREE).set_value(True).run()
    # The same bytes, whatever is chosen and filtered: Streamlit sends them once.
    assert told(app, "tickertape.model_list") == before
    assert len(told(app, "tickertape.model_box")) < 1000
