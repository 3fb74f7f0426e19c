"""Past days' figures in columns, and the triggers that mark them. A shipped migration stays.

Whatever changes the figures of ended replies, or which of them are to be seen, marks the packed
days that hold them. PostgreSQL's functions share an advisory lock with the others like them; who
packs a day takes it alone (`chat.stores.figure_tables.PACKING_LOCK`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_SQLITE_DAY = "substr({}.started_at, 1, 10)"
_POSTGRESQL_DAY = "to_char({}.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
_MARK_ROW = """INSERT INTO stale_figure_days (owner, day)
    SELECT d.owner, d.day FROM figure_days d
    WHERE d.owner IN ({row}.owner, '') AND d.day = {day} AND NOT EXISTS (
        SELECT 1 FROM stale_figure_days s WHERE s.owner = d.owner AND s.day = d.day
    );"""
_MARK_MANY = """INSERT INTO stale_figure_days (owner, day)
    SELECT DISTINCT d.owner, d.day FROM replies r
    JOIN figure_days d ON d.owner IN (r.owner, '') AND d.day = {day}
    WHERE r.{column} = new.id AND r.outcome IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM stale_figure_days s WHERE s.owner = d.owner AND s.day = d.day
    );"""
_ON_REPLIES = "CREATE TRIGGER figures_reply_{} AFTER {} ON replies {}"
_HIDING = {"messages": "message_id", "conversations": "conversation_id"}


def upgrade() -> None:
    """Makes the tables and the triggers; the days are packed later, by the app."""
    op.create_table(
        "figure_days",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "stale_figure_days",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
    )
    op.create_index("ix_stale_figure_days", "stale_figure_days", ["owner", "day"])
    db = op.get_bind()
    for statement in _sqlite() if db.dialect.name == "sqlite" else _postgresql():
        db.exec_driver_sql(statement)


def _sqlite() -> list[str]:
    old, new = (_mark_row(row, _SQLITE_DAY) for row in ("old", "new"))
    made = [
        _ON_REPLIES.format(name, event, f"WHEN {row}.outcome IS NOT NULL BEGIN {marks} END")
        for name, event, row, marks in (
            ("new", "INSERT", "new", new),
            ("changed", "UPDATE", "new", old + new),
            ("gone", "DELETE", "old", old),
        )
    ]
    for table, column in _HIDING.items():
        marks = _mark_many(column, _SQLITE_DAY)
        made.append(
            f"CREATE TRIGGER figures_{table} AFTER UPDATE OF deleted_at ON {table}"
            f" WHEN old.deleted_at IS NOT new.deleted_at BEGIN {marks} END"
        )
    return made


def _postgresql() -> list[str]:
    old, new = (_mark_row(row, _POSTGRESQL_DAY) for row in ("old", "new"))
    made = []
    for name, event, row, marks in (
        ("new", "INSERT", "new", new),
        ("changed", "UPDATE", "new", old + new),
        ("gone", "DELETE", "old", old),
    ):
        rest = f"FOR EACH ROW WHEN ({row}.outcome IS NOT NULL) EXECUTE FUNCTION figures_{name}()"
        made += [_function(f"figures_{name}", marks), _ON_REPLIES.format(name, event, rest)]
    for table, column in _HIDING.items():
        made.append(_function(f"figures_{table}", _mark_many(column, _POSTGRESQL_DAY)))
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


def _mark_row(row: str, day: str) -> str:
    return _MARK_ROW.format(row=row, day=day.format(row))


def _mark_many(column: str, day: str) -> str:
    return _MARK_MANY.format(column=column, day=day.format("r"))
