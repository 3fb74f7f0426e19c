"""Every sentence about a key: how it stands, what is left of it, what is wrong with it."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from chat.errors import Failure
from chat.key_book import KeyCheck, KeyInfo, Verdict
from chat.sign_in import SignInFault
from chat.ui.plain import plain

_BADGES: Mapping[Verdict, tuple[str, str, str]] = {
    "usable": ("green", ":material/check_circle:", ""),
    "checking": ("gray", ":material/hourglass_empty:", "Checking the key…"),
    "unchecked": ("orange", ":material/help:", "Key not checked"),
    "wrong": ("red", ":material/error:", "Key not accepted"),
    "disabled": ("red", ":material/block:", "Key disabled"),
    "expired": ("red", ":material/event_busy:", "Key expired"),
    "exhausted": ("red", ":material/money_off:", "Key used up"),
    "management": ("red", ":material/error:", "Management key"),
}
"""Colour, icon, and what stands in place of the key's label."""

_SENTENCES: Mapping[Verdict, str] = {
    "wrong": "OpenRouter does not know this key. Copy the whole of it, or make a new one.",
    "disabled": "This key was turned off at OpenRouter. Turn it on there, or use another one.",
    "expired": "This key's time has run out. Make a new one at openrouter.ai/keys.",
    "exhausted": "Nothing is left on this key. Raise its limit or add credits at OpenRouter.",
    "management": "This key manages other keys and cannot ask a model. Make an ordinary one.",
}

_UNREACHED = "OpenRouter could not be asked about it just now; it is used all the same."
_REFUSED = (
    "OpenRouter refused to say how it stands (error {status}{detail}); it is used all the same."
)
_ERROR = "OpenRouter answered with error {status} when asked about it; it is used all the same."
_UNREADABLE = "OpenRouter's answer about it could not be read; it is used all the same."

CANNOT_BE = "This cannot be a key. {why}"

NOT_REMEMBERED = "The key could not be remembered in this browser."
NOT_FORGOTTEN = (
    "The key could not be cleared from this browser. Try again, or clear this site's cookies."
)

CONNECTING = ":gray-badge[:material/hourglass_empty: Connecting…]"

SIGN_IN_FAULTS: Mapping[SignInFault, str] = {
    "unknown": "This sign-in is not known here, or was used already. Connect once more.",
    "expired": "The sign-in took longer than ten minutes. Connect once more.",
    "denied": "OpenRouter gave no key: the sign-in was cancelled there.",
    "refused": "OpenRouter did not accept the code. Connect once more for a new one.",
    "unreachable": "OpenRouter cannot be reached right now. Try again in a moment.",
}


def badge(check: KeyCheck) -> str:
    """The key's chip, as Markdown."""
    colour, icon, text = _BADGES[check.verdict]
    if check.verdict == "usable" and check.info is not None:
        text = plain(check.info.label)
    return f":{colour}-badge[{icon} {text}]"


def particulars(check: KeyCheck, zone: tzinfo) -> str:
    """What there is to say below the chip, as Markdown; "" while nothing is known."""
    if check.verdict == "unchecked":
        return _why_unchecked(check.failure)
    if check.verdict in _SENTENCES:
        return _SENTENCES[check.verdict]
    return plain(" · ".join(_figures(check.info, zone))) if check.info is not None else ""


def _why_unchecked(failure: Failure | None) -> str:
    """What is known where OpenRouter did not say how a key stands."""
    match failure:
        case Failure(kind="refused", detail=detail, status=status):
            said = f": {plain(detail.rstrip('.'))}" if detail else ""
            return _REFUSED.format(status=status, detail=said)
        case Failure(kind="bad_answer"):
            return _UNREADABLE
        case Failure(status=int(status)):
            return _ERROR.format(status=status)
        case _:
            return _UNREACHED


def _figures(info: KeyInfo, zone: tzinfo) -> list[str]:
    said = [_money(info)]
    if info.free_left is not None:
        left, limit = info.free_left
        said.append(f"{left:,} of {limit:,} free requests left today")
    if info.expires_at is not None:
        said.append(f"expires {_date(info.expires_at, zone)}")
    return said


def _money(info: KeyInfo) -> str:
    if info.remaining_usd is None:
        return "No limit"
    if info.limit_usd is None:
        return f"${info.remaining_usd:,.2f} left"
    return f"${info.remaining_usd:,.2f} of ${info.limit_usd:,.2f} left"


def _date(moment: datetime, zone: tzinfo) -> str:
    try:
        there = moment.astimezone(zone)
    except OverflowError:
        there = moment  # A zone may lead beyond the last year there is.
    return f"{there.day} {there:%b %Y}"
