"""Where the time of an answer went, beside its timings. A shipped migration is never edited.

All are None where they are not known, as in replies of before. Durations are seconds.

    connect_s            request sent → response headers
    queue_s              headers → first event that is no keep-alive
    first_event_s        request sent → that event
    keep_alives          how many came before it
    reasoning_s          first reasoning → first text
    gap_p50_s … _max_s   times between two deltas of one request
    stalls, stall_s      how many of those are longer than a second, and their sum
    tok_s                throughput by the app's definition; of replies of before, too, except of
                         those that took several requests
    painted_ttft_s       first request sent → first text painted in a visitor's browser
    paint_lag_p50_s, …   the server wrote → the page had painted
    paint_freeze_s       longest time the page did not react meanwhile
    said_latency_s, …    OpenRouter's own figures from /generation: to its first token; writing
    said_…_tokens        its native token counts
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_SECONDS = (
    "connect_s",
    "queue_s",
    "first_event_s",
    "reasoning_s",
    "gap_p50_s",
    "gap_p95_s",
    "gap_p99_s",
    "gap_max_s",
    "stall_s",
    "tok_s",
    "painted_ttft_s",
    "paint_lag_p50_s",
    "paint_lag_p95_s",
    "paint_freeze_s",
    "said_latency_s",
    "said_generation_s",
)
_COUNTS = ("keep_alives", "stalls", "said_prompt_tokens", "said_completion_tokens")


def upgrade() -> None:
    """Adds the columns, and the throughput of what is there already."""
    for name in _SECONDS:
        op.add_column("replies", sa.Column(name, sa.Float))
    for name in _COUNTS:
        op.add_column("replies", sa.Column(name, sa.BigInteger))
    _reckon_throughputs()
    op.create_index("ix_replies_owner_model", "replies", ["owner", "model", "started_at"])


def _reckon_throughputs() -> None:
    """(tokens − hidden reasoning − 1) ÷ decoding time, of answers that one request brought."""
    names = ("outcome", "parts", "decode_s", "prompt_tokens", "completion_tokens", "tok_s")
    chars = ("reasoning_tokens", "reasoning_chars", "text_chars")
    replies = sa.table("replies", *(sa.column(name) for name in names + chars))
    made = replies.c
    hidden = sa.func.coalesce(made.reasoning_tokens, 0)
    # Three more before a whole division by four, so that it rounds up.
    guessed: sa.ColumnElement[int] = sa.literal_column("(text_chars + reasoning_chars + 3) / 4")
    seen = sa.case(
        (made.prompt_tokens.is_(None), guessed),
        (made.reasoning_chars > 0, made.completion_tokens),
        else_=made.completion_tokens - hidden,
    )
    is_known = sa.and_(made.outcome.is_not(None), made.parts.is_(None), made.decode_s > 0, seen > 1)
    op.execute(replies.update().where(is_known).values(tok_s=(seen - 1.0) / made.decode_s))
