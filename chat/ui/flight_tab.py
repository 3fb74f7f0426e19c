"""What one tab knows of its flight recorder: which answers, how fast, from where, what plays."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chat.conversations import ReplyRecord
from chat.events import Logged
from chat.replay import Replay, length_of


@dataclass(frozen=True, slots=True)
class Recording:
    """A reply with its log; an empty log where its course was not recorded."""

    reply: ReplyRecord
    log: Sequence[Logged]

    @property
    def length_s(self) -> float:
        """How long it took, in seconds."""
        return length_of(self.log)


@dataclass(slots=True)
class FlightTab:
    """The state of one tab.

    Attributes:
        reply_id: The answer whose flight is shown, or "".
        other_id: The one it races against, or "".
        speed: 1 is real time.
        from_s: Where the replay stands, in seconds; None for the end.
        plays: The replays that play now.
        scrubbed: Which move of the scrubber was taken up last: its moment in the page's time.
        recordings: The two answers, by id, so that they are read once.
    """

    reply_id: str = ""
    other_id: str = ""
    speed: float = 1.0
    from_s: float | None = None
    plays: tuple[Replay, ...] = ()
    scrubbed: float | None = None
    recordings: dict[str, Recording] = field(default_factory=dict)

    def show(self, reply_id: str) -> None:
        """Another answer's flight is shown from now on."""
        if reply_id != self.reply_id:
            self.pause()
            self.reply_id, self.other_id, self.from_s = reply_id, "", None
            self.recordings.clear()

    def pause(self) -> None:
        """Stops what plays, where it is."""
        if self.plays:
            self.from_s = self.position_s
            for replay in self.plays:
                replay.stop()
            self.plays = ()

    @property
    def position_s(self) -> float | None:
        """Where the replay stands, in seconds; None for the end."""
        return max((replay.position_s for replay in self.plays), default=self.from_s)
