"""What a visitor wants to happen to a batch, as callbacks: they act before the page is drawn."""

from chat.batch_files import PromptsUnusable, prompts_of_file, prompts_of_text
from chat.ui import session
from chat.ui.intentions import granted
from chat.ui.lane_asks import ask_of, can_answer
from chat.ui.race_tab import AT_ONCE, BATCH_FILE, BATCH_TEXT
from chat.ui.wiring import services

NO_KEY = "An OpenRouter key is needed for every lane of the batch. Put one in, then try again."
NO_LANE = "Choose at least one lane, then start the batch."


def begin_batch() -> None:
    """Runs the prompts that were written or uploaded over the chosen lanes."""
    tab = session.tab()
    setups, at_once = tab.race.setups, session.value_of(AT_ONCE)
    if not setups:
        tab.notice = NO_LANE
        return
    if not all(can_answer(setup.model) for setup in setups):
        tab.notice = NO_KEY
        return
    try:
        prompts = _prompts()
    except PromptsUnusable as error:
        tab.notice = str(error)
        return

    def begin() -> None:
        wanted = at_once if isinstance(at_once, int) else 1
        batch = services().batching.begin(tab.owner, prompts, setups, ask_of, wanted)
        tab.race.show_batch(batch.id)

    granted(tab, max(prompts, key=len), begin)


def pause_batch(batch_id: str) -> None:
    """Asks for nothing more for now."""
    tab = session.tab()
    granted(tab, "", lambda: services().batching.pause(tab.owner, batch_id))


def resume_batch(batch_id: str) -> None:
    """Lets a batch go on."""
    tab = session.tab()
    granted(tab, "", lambda: services().batching.resume(tab.owner, batch_id, ask_of))


def delete_batch(batch_id: str) -> None:
    """Deletes a batch with its answers."""
    tab = session.tab()
    if granted(tab, "", lambda: services().batching.delete(tab.owner, batch_id)):
        tab.race.show_batch(None)


def show_batch(batch_id: str | None) -> None:
    """Puts a batch, or the choice of lanes, on screen."""
    session.tab().race.show_batch(batch_id)


def _prompts() -> tuple[str, ...]:
    """What is in the file, if there is one, else what was written.

    Raises:
        PromptsUnusable: there are none to be had.
    """
    file = session.file_of(BATCH_FILE)
    if file is not None:
        return prompts_of_file(*file)
    return prompts_of_text(str(session.value_of(BATCH_TEXT) or ""))
