"""A blind race: nothing tells who is who, or could, until the vote; then everything does."""

import re
from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Page, expect

from chat.simulator.prose import write

from .driver import known_words
from .processes import App
from .race_driver import ask, await_result, choose, frames_of, lane, result, since, words

QUICK = "sim/rate-200-len-60-style-prose-ttft-0"
BRIEF = "sim/rate-100-len-30-style-prose-ttft-0"
THINKING = "sim/think-20-rate-100-len-45-style-prose-ttft-0"
REFUSED = "sim/400"
TELLING = (
    b"rate-200",
    b"rate-100",
    b"sim/400",
    b"Parameters refused",
    b"did not accept this request",
    b"Thought for",
    "".join(write("prose", 2, 20)).partition(".")[0].encode(),
    b"TTFT 0",
)
"""What of a page tells who one of these is: names, a failure's words, thoughts, figures."""
_HOLDS = "word => document.documentElement.outerHTML.includes(word)"


def race_blindly(page: Page, url: str, *models: str) -> None:
    choose(page, url, *models)
    blind = page.get_by_role("switch", name="Blind")
    if not blind.is_checked():
        page.get_by_text("Blind", exact=True).click()
    expect(blind).to_be_checked()


def told(places: Iterable[bytes]) -> set[bytes]:
    """What of all that tells is in one of these."""
    return {word for word in TELLING if any(word in place for place in places)}


def shown(page: Page) -> list[bytes]:
    """The page with all its attributes, its address, its title."""
    return [page.content().encode(), page.url.encode(), page.title().encode()]


@pytest.fixture
def received(page: Page) -> Iterator[list[bytes]]:
    """What the page's sockets receive."""
    with frames_of(page) as frames:
        yield frames


def test_nothing_tells_who_is_who_before_a_blind_vote(
    page: Page, app: App, received: list[bytes]
) -> None:
    race_blindly(page, app.url, QUICK, THINKING, REFUSED)
    ask(page)
    expect(page.get_by_text("Which answer is best?")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Which answer is best?")).to_be_visible()
    expect(page.get_by_text("There is no whole answer in this lane.")).to_have_count(1)

    assert told(since(received, b"race_controls")) == told(shown(page)) == set()
    lengths = sorted(len(words(page, letter)) for letter in "ABC")
    assert lengths[1:] == [len(known_words(45)), len(known_words(60))]

    # The same search finds all of it once it may be told, in a page that keeps nothing from before.
    page.get_by_role("button", name="Tie", exact=True).click()
    await_result(page)
    received.clear()
    page.reload()
    await_result(page)
    for letter in "ABC":
        expect(lane(page, letter)).to_contain_text("TTFT")
    expect(page.get_by_role("alert").filter(has_text="did not accept")).to_be_visible()
    expect(page.get_by_text("Thought for")).to_be_visible()
    for word in TELLING:
        page.wait_for_function(_HOLDS, arg=word.decode())

    assert told(received) == told(shown(page)) == set(TELLING)


def test_a_blind_vote_shows_who_is_who(page: Page, app: App) -> None:
    race_blindly(page, app.url, QUICK, BRIEF)
    ask(page)
    expect(page.get_by_text("Which answer is best?")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)

    page.get_by_role("button", name="A is best").click()

    expect(page.get_by_text(re.compile(f"You voted for A · ({QUICK}|{BRIEF})"))).to_be_visible()
    await_result(page)
    for model in (QUICK, BRIEF):
        expect(result(page)).to_contain_text(model)
    expect(page.get_by_role("button", name="A is best")).to_be_hidden()


@pytest.mark.parametrize(
    ("button", "line"),
    [("Tie", "You called it a tie."), ("All bad", "You found them all bad.")],
    ids=["tie", "all bad"],
)
def test_a_vote_for_nobody_reveals_them_too(page: Page, app: App, button: str, line: str) -> None:
    race_blindly(page, app.url, BRIEF, BRIEF)
    ask(page)

    page.get_by_role("button", name=button, exact=True).click()

    expect(page.get_by_text(line)).to_be_visible()
    await_result(page)
    for letter in "AB":
        expect(lane(page, letter)).to_contain_text(BRIEF)
