"""The folded facts about a reply that had trouble: for a bug report, or for whoever is curious."""

import re

import streamlit as st

from chat.conversations import ReplyRecord
from chat.errors import Failure
from chat.ui.copy_button import draw_copy_button
from chat.ui.reply_story import story_of

_NONE = Failure("internal")
_KEY = re.compile(r"sk-[\w-]{6,}")
"""Like a key. The one that was used is masked where errors are read; others may be quoted."""


def draw_details(reply: ReplyRecord) -> None:
    """Draws them with a copy button; nothing where all went well."""
    facts = details_of(reply)
    if not facts:
        return
    with st.expander("Technical details", type="compact", key=f"details_{reply.id}"):
        st.code(facts, language=None, wrap_lines=True)
        draw_copy_button(f"{reply.id}:details", facts, label="Copy details")


def details_of(reply: ReplyRecord) -> str:
    """A line for each fact that is known; "" where nothing went wrong. Holds no key."""
    failure, story = reply.failure or _NONE, story_of(reply)
    if reply.failure is None and not story:
        return ""
    facts = {
        "what": reply.failure and failure.kind,
        "status": failure.status,
        "error type": failure.error_type,
        "reason": failure.reason,
        "message": " ".join(failure.detail.split()),
        "model asked": reply.model,
        "model that answered": reply.served_model,
        "upstream provider": failure.upstream_provider or reply.upstream_provider,
        "generation id": reply.generation_id,
        "tries": reply.tries,
        "reconnections tried": reply.reconnections or None,
    }
    lines = [f"{name}: {fact}" for name, fact in facts.items() if fact not in {None, ""}]
    return _KEY.sub("sk-…", "\n".join([*lines, *story]))
