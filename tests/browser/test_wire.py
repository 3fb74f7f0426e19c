"""What an answer puts on the socket, counted message by message; no clock decides."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from .conftest import Arrive
from .driver import ask, await_end, await_words, choose_model, composer, known_words, open_chat
from .processes import App

MOST_TIMES = 20
"""What an answer may send for each byte of its own; whole texts again and again send hundreds."""

Counted = tuple[Page, list[bytes]]


@pytest.fixture
def counted(tab: Page, app: App) -> Iterator[Counted]:
    """A chat page, and all that its socket has received."""
    received: list[bytes] = []

    def listen(opened: WebSocket) -> None:
        opened.on(
            "framereceived",
            lambda payload: received.append(payload if isinstance(payload, bytes) else b""),
        )

    tab.on("websocket", listen)
    open_chat(tab, app.url)
    yield tab, received
    tab.remove_listener("websocket", listen)


def answered(counted: Counted, model: str, text: str = "Hello") -> list[ForwardMsg]:
    """What came, from the question until what can be done with the answer was there."""
    page, received = counted
    choose_model(page, model)
    already = len(received)
    ask(page, text)
    await_end(page)
    return [ForwardMsg.FromString(each) for each in received[already:]]


def texts_of(messages: list[ForwardMsg]) -> list[ForwardMsg]:
    """The messages that draw Markdown while the answer is written, one after the other."""
    runs: list[list[ForwardMsg]] = [[]]
    for message in messages:
        if message.WhichOneof("type") == "new_session":
            runs.append([])
        if message.delta.new_element.WhichOneof("type") == "markdown":
            runs[-1].append(message)
    return max(runs, key=len)


def paths_of(messages: list[ForwardMsg]) -> list[tuple[int, ...]]:
    """Where on the page each of the answer's own texts stands."""
    paths = [tuple(message.metadata.delta_path) for message in messages]
    # They stand in stacks; the line above them, which goes on changing, in the container before.
    return [path for path in paths if len(path) == max(map(len, paths)) and path[-2] > 0]


@pytest.mark.parametrize("length", [300, 1_200])
def test_an_answer_is_sent_a_few_times_however_long(counted: Counted, length: int) -> None:
    messages = texts_of(answered(counted, f"sim/rate-300-ttft-0-len-{length}"))

    sent_bytes = sum(message.ByteSize() for message in messages)
    assert len(messages) <= 2 * length
    assert sent_bytes <= MOST_TIMES * len(" ".join(known_words(length, "mixed")).encode())


def test_an_answer_that_comes_at_once_is_sent_about_once(counted: Counted) -> None:
    messages = texts_of(answered(counted, "sim/burst-ttft-0-len-1000"))

    assert sum(message.ByteSize() for message in messages) <= 6 * len(
        " ".join(known_words(1_000, "mixed")).encode()
    )


def test_a_settled_block_is_not_sent_again_while_the_answer_grows(counted: Counted) -> None:
    messages = texts_of(answered(counted, "sim/rate-300-ttft-0-len-600"))

    paths = paths_of(messages)
    assert len(set(paths)) > 10
    assert paths == sorted(paths)


_HIDE = """
Object.defineProperty(document, "hidden", {get: () => true})
document.dispatchEvent(new Event("visibilitychange"))
"""


def test_a_hidden_page_is_sent_each_block_about_once(counted: Counted) -> None:
    page, received = counted
    choose_model(page, "sim/rate-100-ttft-0-len-600-style-prose")
    ask(page, "Hello")
    await_words(page, 40)

    with page.expect_response(lambda response: "/paint/" in response.url):
        page.evaluate(_HIDE)
    already = len(received)
    await_end(page)

    paths = paths_of(texts_of([ForwardMsg.FromString(each) for each in received[already:]]))
    assert len(paths) <= 3 * len(set(paths))


def test_nothing_is_loaded_for_a_first_answer_that_could_have_been_before(
    arrive: Arrive, app: App
) -> None:
    page = arrive().new_page()
    # What loads the parts of another page, some seconds after this one has come.
    page.route("**/scripts/chart_warm.js*", lambda route: route.abort())
    loaded: list[str] = []
    open_chat(page, app.url)
    choose_model(page, "sim/echo-ttft-0")
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: loaded.append(request.url))

    ask(page, "Words first.\n\n```python\nx = 1\n```\n\nThen $x^2$ and\n\n| a |\n|---|\n| 1 |\n")
    await_end(page)

    assert [url for url in loaded if url.endswith(".js")] == []
    assert composer(page).is_visible()
