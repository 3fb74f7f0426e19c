"""What happened on an answer's way, read from its log: tries, other models, seams, and why."""

from collections.abc import Sequence

from chat.conversations import ReplyRecord
from chat.errors import Failure, StoreError
from chat.events import Continued, Logged, Reconnecting, Retrying, SwitchedModel, TextDelta
from chat.recorded_log import LogUnreadable, decode_log
from chat.ui import session
from chat.ui.rooms import room_of
from chat.ui.wiring import services


def story_of(reply: ReplyRecord) -> list[str]:
    """A line for each thing that happened, oldest first; empty where all went straight.

    Of a reply that went straight the log is not read; one that cannot be read tells nothing.
    """
    if reply.tries == 1 and not reply.reconnections and not reply.switched_to:
        return []
    return tell(_log_of(reply))


def tell(log: Sequence[Logged]) -> list[str]:
    """The lines of a log; moments in seconds from its first entry."""
    lines: list[str] = []
    chars = 0
    for entry in log:
        at = f"{entry.at_s - log[0].at_s:.1f} s"
        match entry.event:
            case TextDelta(text) | Continued(text):
                chars += len(text)
            case Retrying(failure, attempt, of, wait_s):
                told = f"attempt {attempt} of {of} after {wait_s:.1f} s"
                lines.append(f"{at}: {_why(failure)}; {told}")
            case SwitchedModel(model, failure):
                lines.append(f"{at}: {_why(failure)}; asked {model} instead")
            case Reconnecting(failure, attempt, of, wait_s):
                told = f"broke off after {chars:,} characters"
                again = f"reconnection {attempt} of {of} after {wait_s:.1f} s"
                lines.append(f"{at}: {told}: {_why(failure)}; {again}")
    return lines


def _why(failure: Failure) -> str:
    status = f" {failure.status}" if failure.status is not None else ""
    detail = " ".join(failure.detail.split())
    return f"{failure.kind}{status}" + (f" ({detail})" if detail else "")


def _log_of(reply: ReplyRecord) -> Sequence[Logged]:
    """The log, from memory while it is there, else from the store."""
    live = services().engine.find(reply.id, reply.owner)
    if live is not None:
        return live.read()
    try:
        data = room_of(session.tab()).store.load_log(reply.owner, reply.id)
        return decode_log(data, reply.text, reply.reasoning) if data is not None else []
    except (StoreError, LogUnreadable):
        return []
