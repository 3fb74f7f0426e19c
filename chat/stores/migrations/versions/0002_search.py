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

MARKS = (
    r"\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    r"\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0e47-\u0e4e\u0eba-\u0ebc\u0ec8-\u0ecd"
    r"\u0f82-\u0f87\u1037\u1039\u103a\u17b4\u17b5\u17c9-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d"
    r"\u20d0-\u20f0\u2de0-\u2dff\ua66f-\ua67d\ua69e\ua69f\ua926-\ua92d"
    r"\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
)
SIGNS = (
    r"\u0710-\u07f5\u0800-\u082d\u0840-\u085b\u08a0-\u0963\u0966-\u0dff\u1700-\u1734\u1740-\u1773"
    r"\u1810-\u18aa\u1900-\u193b\u1a00-\u1a1b\u1a20-\u1a7c\u1b00-\u1b4c\u1b80-\u1bf3\u1c00-\u1c37"
    r"\ua800-\ua827\ua880-\ua8c5\ua8e0-\ua8f7\ua930-\ua953\ua980-\ua9c0\uaa00-\uaa4d\uaae0-\uaaef"
    r"\uaaf5\uaaf6\uabc0-\uabed"
)
UNSPACED = (
    r"\u0e01-\u0e3a\u0e40-\u0e46\u0e50-\u0e59\u0e81-\u0edf\u0f40-\u0f81\u0f88-\u0fbc\u1000-\u1049"
    r"\u1050-\u109d\u1100-\u11ff\u1780-\u17c8\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
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
