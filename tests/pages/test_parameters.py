"""Parameters in the sidebar: only what the chosen model takes is drawn and asked for."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from chat.simulator import SimulatorServer
from chat.ui import session
from chat.ui.wiring import services

from .visits import STRANGER, VISITOR, say, visit

UNKNOWN = "acme/anything"
SIMULATED = "sim/echo"


@pytest.fixture
def openrouter(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorServer]:
    """A simulator in OpenRouter's place."""
    server = SimulatorServer()
    monkeypatch.setenv("OPENROUTER_BASE_URL", server.start())
    yield server
    services.clear()
    server.close()


def read(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def asked(simulator: SimulatorServer | None = None) -> dict[str, Any]:
    """The fields of the newest request that a simulator was sent, the app's own unless told."""
    simulator = simulator or services().simulator
    assert simulator is not None
    newest = read(f"{simulator.origin}/sim/generations")[0]["id"]
    fields: dict[str, Any] = read(f"{simulator.origin}/sim/generations/{newest}")["fields"]
    return fields


def labels(app: AppTest) -> set[str]:
    drawn = (*app.sidebar.slider, *app.sidebar.number_input, *app.sidebar.selectbox)
    return {widget.label for widget in drawn}


def test_a_model_that_nobody_knows_is_offered_every_parameter() -> None:
    shown = labels(visit(UNKNOWN))

    assert {"Temperature", "Top-p", "Max tokens", "Reasoning effort", "Seed", "Prefer"} <= shown


def test_a_model_is_offered_only_what_it_takes() -> None:
    shown = labels(visit(SIMULATED))

    assert {"Temperature", "Max tokens", "Reasoning effort"} <= shown
    assert not {"Top-p", "Seed", "Prefer"} & shown


def test_a_value_is_kept_while_another_model_does_not_take_it() -> None:
    app = visit(UNKNOWN)
    app.slider(key=session.TOP_P).set_value(0.5).run()

    app.session_state[session.MODEL] = SIMULATED
    app.run()
    app.session_state[session.MODEL] = UNKNOWN
    app.run()

    assert app.slider(key=session.TOP_P).value == 0.5


def test_a_system_prompt_is_saved_under_a_name_and_taken_again() -> None:
    app = visit(SIMULATED)
    app.text_area(key=session.SYSTEM_PROMPT).set_value("Be brief.").run()
    app.text_input(key=session.PRESET_NAME).set_value("Terse").run()
    app.text_area(key=session.SYSTEM_PROMPT).set_value("").run()

    app.button(key=f"preset_{b'Terse'.hex()}").click().run()

    assert app.text_area(key=session.SYSTEM_PROMPT).value == "Be brief."
    assert app.text_input(key=session.PRESET_NAME).value == ""


def test_a_saved_prompt_is_one_visitors_own_and_is_forgotten() -> None:
    app = visit(SIMULATED)
    app.text_area(key=session.SYSTEM_PROMPT).set_value("Be brief.").run()
    app.text_input(key=session.PRESET_NAME).set_value("Terse").run()
    assert not [b for b in visit(visitor=STRANGER).button if b.key == f"preset_{b'Terse'.hex()}"]

    app.button(key=f"forget_preset_{b'Terse'.hex()}").click().run()

    assert services().kept.store.choices.list_presets(VISITOR) == ()


def test_an_empty_system_prompt_is_not_saved() -> None:
    app = visit(SIMULATED)

    app.text_input(key=session.PRESET_NAME).set_value("Nothing").run()

    assert services().kept.store.choices.list_presets(VISITOR) == ()
    assert not app.exception


def test_the_simulator_is_asked_with_the_effort_that_was_chosen() -> None:
    app = visit(SIMULATED)
    app.selectbox(key=session.EFFORT).set_value("high").run()

    say(app, "Hello")

    fields = asked()
    assert fields["reasoning"] == {"effort": "high"}
    assert (fields["temperature"], fields["max_tokens"]) == (0.7, 1024)


def test_openrouter_is_asked_with_the_upstream_providers_that_were_chosen(
    openrouter: SimulatorServer,
) -> None:
    app = visit("acme/sim-echo-ttft-0", key="sk-or-v1-" + "a1" * 32)
    app.selectbox(key=session.SORT).set_value("throughput")
    app.text_input(key=session.ONLY).set_value("DeepInfra, Together")
    app.text_input(key=session.IGNORE).set_value("azure")
    app.toggle(key=session.NO_COLLECTION).set_value(True)
    app.number_input(key=session.MAX_PROMPT_USD).set_value(0.5)
    app.number_input(key=session.MAX_COMPLETION_USD).set_value(2.0).run()

    say(app, "Hello")

    assert asked(openrouter)["provider"] == {
        "sort": "throughput",
        "only": ["deepinfra", "together"],
        "ignore": ["azure"],
        "data_collection": "deny",
        "max_price": {"prompt": 0.5, "completion": 2.0},
    }


def test_nothing_is_said_of_upstream_providers_where_nothing_was_chosen(
    openrouter: SimulatorServer,
) -> None:
    say(visit("acme/sim-echo-ttft-0", key="sk-or-v1-" + "a1" * 32), "Hello")

    assert "provider" not in asked(openrouter)
