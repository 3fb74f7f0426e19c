"""The state of one browser tab, as values; where they are kept is `session`'s affair."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chat.api.visitor import new_visitor_id
from chat.budget import Limits, Meter
from chat.choices import Speed
from chat.live import LiveReply
from chat.model_lists import ModelList
from chat.parameters import Parameters
from chat.ui.flight_tab import FlightTab
from chat.ui.key_ring import KeyRing
from chat.ui.race_tab import RaceTab

WINDOW_TURNS = 5
"""Turns that are shown at first: each run of the page's script sends all that are shown."""
EARLIER_TURNS = 10
"""Turns that are shown more at a click."""
LISTED = 30
"""Conversations that are listed at first; more at a click."""


@dataclass(frozen=True, slots=True)
class Undo:
    """A deletion that can be taken back; of the whole conversation where no message is named."""

    said: str
    conversation_id: str
    message_id: str | None = None


@dataclass(slots=True, weakref_slot=True, eq=False)
class Tab:
    """The state of one tab.

    Attributes:
        owner: The visitor, by account or cookie; without either an id as old as the tab.
        ring: The visitor's key.
        view: The tab's own id, which its page's reports carry.
        is_new: Whether what the browser remembers has not been looked at yet.
        is_account: Whether the owner is an account that is logged in.
        is_operator: Whether the operator's token was typed in.
        conversation_id: The conversation on screen, or None for a new one.
        picked_at: Which pick in the model box was taken up last: its moment in the page's time.
        modelled: The conversation whose model was made the chosen one when the tab came to it.
        is_temporary: Whether the chat on screen is one that is never written down.
        left: Temporary chats that were left, whose answers are to be stopped.
        editing: The message that is being edited, or None.
        window: How many of the newest turns are shown.
        branch: Grows when another branch is shown, so that nothing of the old one lingers.
        listed: How many conversations the sidebar lists.
        imports: How many files were brought in.
        notice: A sentence to show once, at the next draw.
        undo: The last deletion.
        followed: The reply this tab last saw running, so that its end is announced.
        marked: Conversations that the sidebar marks as answering.
        meter: What the answers of this tab have used.
        focus: The widget key of the field that the next draw moves the focus to, or None.
        focused: How often the focus was moved.
        elsewhere: Running answers of other conversations: title and log by reply id.
        own_models: The list of what the visitor's own key may use, or None without one.
        speeds: How fast models answered this visitor, and of which moment that is.
        fresh_token: A token that was just made, to be shown once, or "".
        race: What it compares.
        flight: What its flight recorder shows.
        stages: For each stage of the page what it showed last, and in which of its two places.
    """

    owner: str
    ring: KeyRing = field(default_factory=KeyRing)
    view: str = field(default_factory=new_visitor_id)
    is_new: bool = True
    is_account: bool = False
    is_operator: bool = False
    conversation_id: str | None = None
    picked_at: float | None = None
    modelled: str | None = None
    is_temporary: bool = False
    left: set[str] = field(default_factory=set)
    editing: str | None = None
    window: int = WINDOW_TURNS
    branch: int = 0
    listed: int = LISTED
    imports: int = 0
    notice: str | None = None
    undo: Undo | None = None
    followed: str | None = None
    meter: Meter = field(default_factory=Meter)
    focus: str | None = None
    focused: int = 0
    marked: set[str] = field(default_factory=set)
    elsewhere: dict[str, tuple[str, LiveReply]] = field(default_factory=dict)
    own_models: ModelList | None = None
    speeds: tuple[object, Mapping[str, Speed]] | None = None
    fresh_token: str = ""
    stages: dict[str, tuple[str, int]] = field(default_factory=dict)
    race: RaceTab = field(default_factory=RaceTab)
    flight: FlightTab = field(default_factory=FlightTab)

    def turn_to(self, conversation_id: str | None) -> None:
        """Another conversation is on screen from now on; None for a new one."""
        # The first message of a new chat gives it its id; it stays the chat that it is.
        if self.conversation_id is not None or conversation_id is None:
            if self.is_temporary and self.conversation_id is not None:
                self.left.add(self.conversation_id)
            self.is_temporary = False
        self.conversation_id = conversation_id
        self.editing = None
        self.window = WINDOW_TURNS

    def enter_account(self, account: str) -> None:
        """The visitor has logged in."""
        self.owner, self.is_account = account, True

    def leave_account(self, cookie: str | None) -> None:
        """The visitor has logged out: nothing of the account stays on screen."""
        self.owner, self.is_account = cookie or new_visitor_id(), False
        self.is_operator = False
        self.conversation_id = self.editing = self.undo = self.followed = self.speeds = None
        self.fresh_token = ""
        self.elsewhere.clear()
        self.race = RaceTab()


@dataclass(frozen=True, slots=True)
class Choice:
    """What the sidebar's widgets hold; texts as typed.

    Attributes:
        limits: What one answer may use, and all answers of this tab together.
        fallbacks: Models to ask in turn where the chosen one cannot answer.
        parameters: What else is wished, whether or not the model takes it.
    """

    model: str
    temperature: float
    top_p: float
    max_tokens: int
    system_prompt: str
    limits: Limits
    fallbacks: tuple[str, ...]
    parameters: Parameters


def take_focus(held: Tab) -> tuple[str, int] | None:
    """The field to focus now and which time this is; once."""
    field, held.focus = held.focus, None
    return (field, held.focused) if field is not None else None


def take_notice(held: Tab) -> str | None:
    """The sentence to show now, once."""
    notice, held.notice = held.notice, None
    return notice
