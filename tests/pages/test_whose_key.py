"""The card of an answer that failed with a key of this server's: lent, or an endpoint's own."""

from collections.abc import Iterator
from typing import get_args

import pytest

from chat.errors import Failure, FailureKind
from chat.simulator import SimulatorServer
from chat.simulator.special_keys import REFUSED_KEY
from chat.ui.wiring import services
from chat.ui.wording import explain

from .visits import address, boxes, labels, primary, say, visit

OTHER_OR_TELL = "Choose another model, or tell whoever runs this app."
CHOOSE = "Try with Steady, 50 tokens a second"
KEY = "sk-or-v1-" + "5e" * 32

AT_ENDPOINT = {
    "401": (
        f"The endpoint lab does not accept this server's key: User not found.  \n{OTHER_OR_TELL}",
        CHOOSE,
    ),
    "402": (
        "This server's account at the endpoint lab cannot pay for this answer: ",
        CHOOSE,
    ),
    "402-afford-12": (
        "This server's account at the endpoint lab can pay for 12 tokens of answer only.",
        "Try with at most 12 tokens",
    ),
    "403-guardrail": ("The endpoint lab refused this request: ", "Try with "),
    "404": ("The endpoint lab does not serve this model: No endpoints found for", "Try with "),
    "404-model-not-found": ("The endpoint lab has no model of this id", "Try with "),
    "429-daily": ("Today's requests at the endpoint lab are used up.", CHOOSE),
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer(any_key=True)
    server.start()
    yield server
    server.close()


@pytest.fixture
def lab(simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator as an endpoint of the operator's."""
    monkeypatch.setenv("ENDPOINTS", f"lab={simulator.base_url}")


@pytest.fixture
def lent(simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator in OpenRouter's place, asked with the server's key."""
    monkeypatch.setenv("OPENROUTER_BASE_URL", simulator.base_url)
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(("fault", "card"), AT_ENDPOINT.items(), ids=AT_ENDPOINT)
def test_an_endpoint_that_refuses_is_named_and_the_visitor_is_not_asked_for_a_key(
    fault: str, card: tuple[str, str]
) -> None:
    app = say(visit(f"lab/sim/{fault}"), "Hello")

    assert boxes(app)[0].startswith(card[0])
    assert "OpenRouter" not in boxes(app)[0].partition(":")[0]
    assert primary(app).startswith(card[1])
    assert "Enter a key" not in labels(app)


@pytest.mark.usefixtures("lab")
def test_the_card_says_the_same_after_the_endpoint_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = say(visit("lab/sim/401"), "Hello")
    monkeypatch.delenv("ENDPOINTS")
    services.clear()

    assert boxes(visit(conversation=address(app))) == [AT_ENDPOINT["401"][0]]


def test_an_endpoint_where_nobody_listens_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENDPOINTS", "lab=http://127.0.0.1:9/v1")  # the discard port

    app = say(visit("lab/some-model"), "Hello")

    told = "The endpoint lab cannot be reached.  \nTry again, or tell whoever runs this app."
    assert boxes(app) == [told]


@pytest.mark.usefixtures("lent")
@pytest.mark.parametrize(
    ("fault", "happened", "button"),
    [
        ("402", "This server's account cannot pay for this answer: ", "Enter a key"),
        (
            "402-afford-12",
            "This server's account can pay for 12 tokens of answer only.",
            "Try with at most 12 tokens",
        ),
        ("403-guardrail", "The provider refused this request: ", "Try with "),
        ("404-privacy-restricted", "The privacy settings of this server's account", "Try with "),
        ("429-daily", "Today's free requests of this server's account", "Enter a key"),
    ],
)
def test_what_the_servers_own_account_lacks_a_key_of_the_visitors_may_have(
    fault: str, happened: str, button: str
) -> None:
    app = say(visit(f"acme/sim-{fault}"), "Hello")

    assert boxes(app)[0].startswith(happened)
    assert "this key" not in boxes(app)[0]
    assert "own" in boxes(app)[0].partition("\n")[2]
    assert primary(app).startswith(button)


@pytest.mark.usefixtures("lent")
def test_a_lent_key_that_is_refused_is_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", REFUSED_KEY)
    app = say(visit("acme/sim-ttft-0"), "Hello")

    told = (
        "OpenRouter does not accept this server's key: User not found.  \n"
        "Paste a key of your own in the sidebar, or choose another model."
    )
    assert boxes(app) == [told]
    assert boxes(visit(conversation=address(app))) == [told]


@pytest.mark.usefixtures("lent")
def test_a_key_of_the_visitors_own_is_said_to_be_the_visitors() -> None:
    app = say(visit("acme/sim-ttft-0", key=REFUSED_KEY), "Hello")

    told = "OpenRouter does not accept this key: User not found.  \nCheck the key in the sidebar."
    assert boxes(app) == [told]


@pytest.mark.parametrize("kind", get_args(FailureKind))
def test_no_sentence_about_an_endpoint_speaks_of_openrouter_or_a_key_of_the_visitors(
    kind: FailureKind,
) -> None:
    for failure in (
        Failure(kind, endpoint="lab", affordable_tokens=5, resets_epoch_s=1e9),
        Failure(kind, endpoint="lab", reason="privacy_restricted"),
    ):
        said = explain(failure)
        if kind != "key_missing":  # an endpoint of the operator's has its own
            for word in ("OpenRouter", "this key", "the account", "key of your own", "provider"):
                assert word not in f"{said.happened} {said.to_do}"
            assert said.action != "enter_key"
