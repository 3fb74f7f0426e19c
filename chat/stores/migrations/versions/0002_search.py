r"""The search index and the triggers that keep it. A shipped migration is never edited.

One row for each message (place = 2 × its number) and for each ended reply (2 × its number + 1).
What is soft-deleted stays in the index and is left out when it is asked.

SQLite: a contentless FTS5 table. Measured on 200 texts of 10,000 characters, in times the text:
words 0.35; trigrams 2.18, and those find no word of two characters, which most Chinese words are.
So `searchable()`, which the app gives to its connections, sets characters of scripts without
spaces apart, and a word of theirs is found as a phrase.

PostgreSQL: the same words as a `tsvector` in a table of its own, so that a checkpoint of a running
reply touches no index of texts. The expression does there what `searchable()` does here.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

SQLITE = (
    # All but spaces belong to a word: `searchable()` has taken the rest out.
    """CREATE VIRTUAL TABLE search USING fts5(
        words, content='',
        tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
    )""",
    """CREATE TRIGGER search_message_new AFTER INSERT ON messages BEGIN
        INSERT INTO search (rowid, words) VALUES (2 * new.number, searchable(new.text));
    END""",
    """CREATE TRIGGER search_message_gone AFTER DELETE ON messages BEGIN
        INSERT INTO search (search, rowid, words)
        VALUES ('delete', 2 * old.number, searchable(old.text));
    END""",
    """CREATE TRIGGER search_reply_new AFTER INSERT ON replies WHEN new.outcome IS NOT NULL BEGIN
        INSERT INTO search (rowid, words) VALUES (2 * new.number + 1, searchable(new.text));
    END""",
    # The index forgets a text only when it is told the text.
    """CREATE TRIGGER search_reply_old BEFORE UPDATE OF outcome, text ON replies
    WHEN old.outcome IS NOT NULL BEGIN
        INSERT INTO search (search, rowid, words)
        VALUES ('delete', 2 * old.number + 1, searchable(old.text));
    END""",
    """CREATE TRIGGER search_reply_ended AFTER UPDATE OF outcome, text ON replies
    WHEN new.outcome IS NOT NULL BEGIN
        INSERT INTO search (rowid, words) VALUES (2 * new.number + 1, searchable(new.text));
    END""",
    """CREATE TRIGGER search_reply_gone AFTER DELETE ON replies WHEN old.outcome IS NOT NULL BEGIN
        INSERT INTO search (search, rowid, words)
        VALUES ('delete', 2 * old.number + 1, searchable(old.text));
    END""",
)

MARKS = r"\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
SIGNS = r"\u0900-\u0963\u0966-\u0dff"
UNSPACED = (
    r"\u0e01-\u0eff\u0f40-\u0fbc\u1000-\u109f\u1100-\u11ff\u1780-\u17d3\u3041-\u30fa\u30fc-\u30ff"
    r"\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d"
    r"\U00020000-\U0003ffff"
)
POSTGRESQL = (
    "CREATE TABLE search (place bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX ix_search_words ON search USING gin (words)",
    rf"""CREATE FUNCTION search_words(typed text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT to_tsvector('simple', regexp_replace(regexp_replace(normalize(regexp_replace(
            normalize(lower(left(typed, 100000)), NFD),
            '[{MARKS}]', '', 'g'), NFC),
            '([{UNSPACED}])', ' \1 ', 'g'),
            '[^[:alnum:]{SIGNS}{UNSPACED}]+', ' ', 'g'))
    $$""",
    """CREATE FUNCTION search_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO search
        VALUES (2 * new.number + CAST(tg_argv[0] AS integer), search_words(new.text))
        ON CONFLICT (place) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END $$""",
    """CREATE FUNCTION search_drop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM search WHERE place = 2 * old.number + CAST(tg_argv[0] AS integer);
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER search_message_new AFTER INSERT ON messages
    FOR EACH ROW EXECUTE FUNCTION search_add('0')""",
    """CREATE TRIGGER search_message_gone AFTER DELETE ON messages
    FOR EACH ROW EXECUTE FUNCTION search_drop('0')""",
    """CREATE TRIGGER search_reply_new AFTER INSERT ON replies
    FOR EACH ROW WHEN (new.outcome IS NOT NULL) EXECUTE FUNCTION search_add('1')""",
    """CREATE TRIGGER search_reply_ended AFTER UPDATE OF outcome, text ON replies
    FOR EACH ROW WHEN (new.outcome IS NOT NULL) EXECUTE FUNCTION search_add('1')""",
    """CREATE TRIGGER search_reply_gone AFTER DELETE ON replies
    FOR EACH ROW EXECUTE FUNCTION search_drop('1')""",
)


def upgrade() -> None:
    """Makes the index."""
    db = op.get_bind()
    for statement in SQLITE if db.dialect.name == "sqlite" else POSTGRESQL:
        db.exec_driver_sql(statement)
