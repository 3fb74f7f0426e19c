"""What a screen reader is told of a race or a batch: its beginning, and the end it saw coming."""

from chat.batch import OpenedBatch
from chat.opened_comparison import OpenedComparison
from chat.ui import session
from chat.ui.page_script import Announcement, run_page_script
from chat.ui.race_tab import RaceTab


def announce(tab: session.Tab, opened: OpenedComparison | None, batch: OpenedBatch | None) -> None:
    """Draws the page's script, which says it, and mends half characters that are typed."""
    say = _said_of(tab.race, opened, batch)
    run_page_script(say, None, None, tab.view, session.take_focus(tab), has_transcript=False)


def _said_of(
    held: RaceTab, opened: OpenedComparison | None, batch: OpenedBatch | None
) -> Announcement:
    """The words for what is on screen now; "" where the tab did not see it run."""
    shown = held.race_id or held.batch_id
    is_race_running = opened is not None and opened.is_running
    is_paused = batch is not None and batch.batch.is_paused
    is_batch_running = batch is not None and not (batch.is_finished or is_paused)
    if is_race_running or is_batch_running:
        held.followed = shown
        return "The lanes are answering" if is_race_running else "The batch is running"
    if shown is None or held.followed != shown:
        return ""
    if batch is None:
        return "All lanes have ended"
    return "The batch is paused" if is_paused else "The batch is done"
