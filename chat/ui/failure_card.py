"""What stands below a reply that did not end well: what happened, what to do, and doing it.

The sentences are in `wording`, the buttons in `remedies`, the folded facts in `reply_details`.
"""

from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from chat.conversations import ReplyRecord
from chat.tree import Turn
from chat.ui.explanation import Explanation
from chat.ui.plain import plain
from chat.ui.remedies import draw_remedies, retry_wait_s
from chat.ui.reply_details import draw_details
from chat.ui.wording import explain, explain_ending

Button = Literal["regenerate", "go_on"]


def draw_failure_card(turn: Turn, *, can_act: bool) -> None:
    """Draws the card; only the folded facts, if any, where the reply ended well.

    Args:
        turn: Whose reply it is.
        can_act: Whether its buttons can be used; not in the middle of a conversation.
    """
    reply = turn.reply
    explanation = explanation_of(reply, can_act=can_act)
    if explanation is not None:
        box = st.error if reply.outcome == "failed" else st.warning
        sentences = f"{plain(explanation.happened)}  \n{plain(explanation.to_do)}"
        box(sentences, icon=":material/error:")
        if can_act:
            draw_remedies(turn, explanation.action)
    draw_details(reply)


def explanation_of(reply: ReplyRecord, *, can_act: bool = True) -> Explanation | None:
    """What the card says, or None where there is nothing to explain; see `draw_failure_card`."""
    if reply.failure is None:
        return explain_ending(reply.outcome, has_text=bool(reply.text))
    now = datetime.now(UTC)
    return explain(
        reply.failure,
        now=now.timestamp(),
        has_text=bool(reply.text),
        left_s=retry_wait_s(reply, now) if can_act else 0,
    )


def buttons_of(reply: ReplyRecord) -> frozenset[Button]:
    """Those of the reply's own buttons that the card has already."""
    explanation = explanation_of(reply)
    match explanation.action if explanation is not None else None:
        case "continue" | "continue_with":
            return frozenset({"go_on", "regenerate"})
        case "retry" | "wait":
            return frozenset({"regenerate"})
        case _:
            return frozenset()
