"""The leaderboard on the compare page: what votes said, and nothing of an open blind race."""

from streamlit.testing.v1 import AppTest

from chat.comparison import Comparison, LaneSetup, Vote
from chat.turn import Ask
from chat.ui.wiring import services

from .visits import QUICK, VISITOR, visit

OTHER = "sim/rate-500-len-20-ttft-0"
HIDDEN = "sim/rate-900-len-10-ttft-0"


def race(*models: str) -> Comparison:
    """A blind race that has been run to its end."""
    setups = [LaneSetup(model, 100) for model in models]

    def ask_of(setup: LaneSetup) -> Ask:
        return Ask(setup.model, setup.max_tokens)

    comparing = services().comparing
    begun = comparing.begin(VISITOR, "hi", setups, ask_of, is_blind=True)
    opened = comparing.open(VISITOR, begun.id)
    for cell in opened.newest[1] if opened is not None else ():
        if cell.live is not None:
            assert cell.live.wait_end(10)
            while services().engine.find(cell.live.id, VISITOR):
                pass  # until it is saved
    return begun


def vote_for(model: str, begun: Comparison) -> None:
    best = next(lane.id for lane in begun.lanes if lane.setup.model == model)
    services().comparing.vote(VISITOR, begun.id, begun.rounds[0].id, Vote("best", best))


def compare() -> AppTest:
    page = visit()
    page.session_state["tab"].race.choose([LaneSetup("sim/echo", 9)] * 2)
    return page.switch_page("compare.py").run()


def test_a_blind_lane_does_not_tell_that_it_has_thought_before_the_vote() -> None:
    begun = race(f"{QUICK}-think-20", OTHER)

    def labels() -> list[str]:
        page = visit()
        page.session_state["tab"].race.show(begun.id)
        return [box.label for box in page.switch_page("compare.py").run().status]

    assert labels() == []
    vote_for(OTHER, begun)
    assert labels()[0].startswith("Thought for")


def test_before_the_first_vote_there_is_no_leaderboard() -> None:
    race(QUICK, OTHER)

    page = compare()

    assert not page.exception
    assert "Leaderboard" not in [head.value for head in page.subheader]


def test_a_vote_puts_its_models_on_the_leaderboard() -> None:
    vote_for(OTHER, race(QUICK, OTHER))

    page = compare()

    [table] = page.table
    assert [name[:3] for name in table.value.index] == ["1 ·", "2 ·"]
    assert list(table.value["Won"]) == ["1 of 1", "0 of 1"]
    assert all(figure.endswith(" s") for figure in table.value["TTFT"])
    assert any(f"Best by votes: {OTHER}" in told.value.replace("\\", "") for told in page.caption)


def test_an_open_blind_race_is_not_told_of() -> None:
    vote_for(OTHER, race(QUICK, OTHER))
    race(HIDDEN, QUICK)

    page = compare()

    assert HIDDEN not in str(page.table[0].value)
    assert len(page.table[0].value) == 2
