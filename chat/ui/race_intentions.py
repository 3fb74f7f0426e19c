"""What a visitor wants to happen to a comparison, as callbacks: they act before the page is drawn.

Where a wish cannot be granted the tab gets a notice, and nothing is lost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from chat.comparing import Comparing
from chat.comparison import MAX_LANES, MIN_LANES, LanePreset, LaneSetup, Vote
from chat.hosts import lane_at
from chat.opened_comparison import Cell
from chat.prompt import is_text
from chat.ui import address, session
from chat.ui.intentions import granted
from chat.ui.lane_asks import ask_of, setup_for
from chat.ui.race_tab import BLIND, LANE_PRESET, PAGE_WIDTH, RACE_PROMPT, new_draft
from chat.ui.wiring import services
from chat.ui.wording import refuse

STOP_WAIT_S = 0.25
TOO_FEW = "Choose at least two lanes, then send."


def send() -> None:
    """Sends the prompt: to new lanes, or as a follow-up to those on screen."""
    tab = session.tab()
    text = str(session.value_of(RACE_PROMPT) or "")
    if tab.race.race_id is None and len(tab.race.drafts) < MIN_LANES:
        tab.notice = TOO_FEW
    elif granted(tab, text, lambda: _ask(tab, text)):
        return
    session.put_back(text, RACE_PROMPT)


def stop(cells: Sequence[Cell]) -> None:
    """Stops the answers of these lanes, here or in the process that writes them."""
    tab, held = session.tab(), services()
    for cell in cells:
        if cell.live is not None:
            held.engine.stop(cell.live.id, tab.owner)
        elif cell.turn is not None:
            reply_id = cell.turn.reply.id
            granted(tab, "", partial(held.kept.store.ask_stop, tab.owner, reply_id))
    for cell in cells:
        if cell.live is not None:
            cell.live.wait_end(STOP_WAIT_S)


def retry(race_id: str, lane_ids: Sequence[str]) -> None:
    """Asks lanes again."""
    tab = session.tab()
    comparing = services().comparing
    granted(tab, "", lambda: comparing.retry(tab.owner, race_id, lane_ids, ask_of))
    _note_refused(tab, comparing)


def go_on(race_id: str, lane_id: str) -> None:
    """Asks a lane to go on with its answer."""
    tab = session.tab()
    granted(tab, "", lambda: services().comparing.go_on(tab.owner, race_id, lane_id, ask_of))


def join(race_id: str, box: str) -> None:
    """Lets the model that was picked in that box answer the last prompt too."""
    model, tab = session.picked_model(box), session.tab()
    if model:
        setup = setup_for(model)
        granted(tab, "", lambda: services().comparing.add_lane(tab.owner, race_id, setup, ask_of))


def vote(race_id: str, round_id: str, ballot: Vote) -> None:
    """Votes on a round, which reveals who is who."""
    tab = session.tab()
    granted(tab, "", lambda: services().comparing.vote(tab.owner, race_id, round_id, ballot))


def continue_with(lane_id: str) -> None:
    """Makes a lane's conversation a chat, and puts it on screen."""
    tab = session.tab()
    if granted(tab, "", lambda: services().kept.store.comparisons.keep_as_chat(tab.owner, lane_id)):
        tab.is_temporary = False
        address.show_conversation(tab, lane_id)


def show_race(race_id: str | None) -> None:
    """Puts a comparison, or the choice of lanes, on screen."""
    session.tab().race.show(race_id)


def race_again(setups: Sequence[LaneSetup]) -> None:
    """Goes back to the choice, with these lanes chosen."""
    tab = session.tab()
    tab.race.choose(setups)
    tab.race.show(None)


def delete_race(race_id: str) -> None:
    """Deletes a comparison; what runs in it is stopped."""
    tab = session.tab()
    if granted(tab, "", lambda: services().comparing.delete(tab.owner, race_id)):
        tab.race.show(None)


def add_draft(box: str) -> None:
    """Adds a lane of the model that was picked in that box."""
    model, held = session.picked_model(box), session.tab().race
    if model and len(held.drafts) < MAX_LANES:
        held.drafts.append(new_draft(setup_for(model)))
        held.added += 1


def choose_hosted(box: str) -> None:
    """Lists the hosts of the model that was picked in that box."""
    session.tab().race.hosted = session.picked_model(box) or ""


def race_hosts(model: str, tags: Sequence[str]) -> None:
    """Chooses lanes of one model, each with one of these hosts."""
    session.tab().race.choose([lane_at(setup_for(model), tag) for tag in tags])


def remove_draft(draft_id: str) -> None:
    """Takes a lane away."""
    held = session.tab().race
    held.drafts = [draft for draft in held.drafts if draft.id != draft_id]


def change_draft(draft_id: str, key: str, change: Callable[[LaneSetup, object], LaneSetup]) -> None:
    """Changes a lane by what a widget holds now."""
    held, value = session.tab().race, session.value_of(key)
    held.drafts = [
        replace(draft, setup=change(draft.setup, value)) if draft.id == draft_id else draft
        for draft in held.drafts
    ]


def choose_preset(preset: LanePreset) -> None:
    """Puts saved lanes in place of those that are chosen."""
    session.tab().race.choose(preset.setups)


def save_preset() -> None:
    """Saves the chosen lanes under the name that was typed."""
    tab = session.tab()
    name = str(session.value_of(LANE_PRESET) or "").strip()
    session.put_back("", LANE_PRESET)
    if name and is_text(name) and tab.race.drafts:
        preset = LanePreset(name, tab.race.setups)
        granted(tab, "", lambda: services().kept.store.comparisons.save_preset(tab.owner, preset))


def forget_preset(name: str) -> None:
    """Forgets saved lanes."""
    tab = session.tab()
    granted(tab, "", lambda: services().kept.store.comparisons.delete_preset(tab.owner, name))


def note_fit() -> None:
    """Takes up how many lanes fit side by side."""
    measured = session.value_of(PAGE_WIDTH)
    fit = measured.get("fit") if isinstance(measured, Mapping) else None
    if isinstance(fit, int | float):
        session.tab().race.fit = int(fit)


def _ask(tab: session.Tab, text: str) -> None:
    comparing, held = services().comparing, tab.race
    if held.race_id is not None:
        comparing.follow_up(tab.owner, held.race_id, text, ask_of)
        _note_refused(tab, comparing)
        return
    is_blind = session.value_of(BLIND) is True
    begun = comparing.begin(tab.owner, text, held.setups, ask_of, is_blind=is_blind)
    held.lane_ids |= {lane.id for lane in begun.lanes}
    _note_refused(tab, comparing)
    held.show(begun.id)


def _note_refused(tab: session.Tab, comparing: Comparing) -> None:
    """Keeps for the screen why some lanes were not asked while others were."""
    for lane_id, refusal in comparing.refused.items():
        tab.race.refused[lane_id] = refuse(refusal.reason, "", 0)
