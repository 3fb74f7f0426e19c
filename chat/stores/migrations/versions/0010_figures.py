"""Past figures in columns, and the triggers that mark them. A shipped migration is never edited.

Whatever changes the figures of ended replies, or which of them are to be seen, marks the packed
days and hours that hold them. PostgreSQL's functions share an advisory lock with the others like
them; who packs takes it alone (`chat.stores.figure_tables.PACKING_LOCK`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_SQLITE_SPANS = "substr({0}.started_at, 1, 10), substr({0}.started_at, 1, 13)"
_POSTGRESQL_SPANS = (
    "to_char({0}.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),"
    " to_char({0}.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
)
_MARK_ROW = """INSERT INTO stale_figures (owner, span)
    SELECT p.owner, p.span FROM packed_figures p
    WHERE p.owner IN ({row}.owner, '') AND p.span IN ({spans}) AND NOT EXISTS (
        SELECT 1 FROM stale_figures s WHERE s.owner = p.owner AND s.span = p.span
    );"""
_MARK_MANY = """INSERT INTO stale_figures (owner, span)
    SELECT DISTINCT p.owner, p.span FROM replies r
    JOIN packed_figures p ON p.owner IN (r.owner, '') AND p.span IN ({spans})
    WHERE r.{column} = new.id AND r.outcome IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM stale_figures s WHERE s.owner = p.owner AND s.span = p.span
    );"""
_ON_REPLIES = "CREATE TRIGGER figures_reply_{} AFTER {} ON replies {}"
_HIDING = {"messages": "message_id", "conversations": "conversation_id"}


def upgrade() -> None:
    """Makes the tables and the triggers; they are filled later, by the app."""
    op.create_table(
        "packed_figures",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("span", sa.Text, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "stale_figures",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("span", sa.Text, nullable=False),
    )
    op.create_index("ix_stale_figures", "stale_figures", ["owner", "span"])
    db = op.get_bind()
    for statement in _sqlite() if db.dialect.name == "sqlite" else _postgresql():
        db.exec_driver_sql(statement)


def _sqlite() -> list[str]:
    old, new = (_mark_row(row, _SQLITE_SPANS) for row in ("old", "new"))
    made = [
        _ON_REPLIES.format(name, event, f"WHEN {row}.outcome IS NOT NULL BEGIN {marks} END")
        for name, event, row, marks in (
            ("new", "INSERT", "new", new),
            ("changed", "UPDATE", "new", old + new),
            ("gone", "DELETE", "old", old),
        )
    ]
    for table, column in _HIDING.items():
        marks = _mark_many(column, _SQLITE_SPANS)
        made.append(
            f"CREATE TRIGGER figures_{table} AFTER UPDATE OF deleted_at ON {table}"
            f" WHEN old.deleted_at IS NOT new.deleted_at BEGIN {marks} END"
        )
    return made


def _postgresql() -> list[str]:
    old, new = (_mark_row(row, _POSTGRESQL_SPANS) for row in ("old", "new"))
    made = []
    for name, event, row, marks in (
        ("new", "INSERT", "new", new),
        ("changed", "UPDATE", "new", old + new),
        ("gone", "DELETE", "old", old),
    ):
        rest = f"FOR EACH ROW WHEN ({row}.outcome IS NOT NULL) EXECUTE FUNCTION figures_{name}()"
        made += [_function(f"figures_{name}", marks), _ON_REPLIES.format(name, event, rest)]
    for table, column in _HIDING.items():
        made.append(_function(f"figures_{table}", _mark_many(column, _POSTGRESQL_SPANS)))
        made.append(
            f"CREATE TRIGGER figures_{table} AFTER UPDATE OF deleted_at ON {table} FOR EACH ROW"
            " WHEN (old.deleted_at IS DISTINCT FROM new.deleted_at)"
            f" EXECUTE FUNCTION figures_{table}()"
        )
    return made


def _function(name: str, statements: str) -> str:
    # The lock first: the statements after it then see what was packed until it was had.
    return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock_shared(7304812008);
        {statements}
        RETURN NULL;
    END $$"""


def _mark_row(row: str, spans: str) -> str:
    return _MARK_ROW.format(row=row, spans=spans.format(row))


def _mark_many(column: str, spans: str) -> str:
    return _MARK_MANY.format(column=column, spans=spans.format("r"))
