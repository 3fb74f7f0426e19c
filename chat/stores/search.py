"""Finds words in an owner's conversations: asks the index that the second migration made.

What a word is, and what is shown of a text, is in `chat.stores.words`.
"""

from sqlalchemy import Connection, func, select, text

from chat.conversations import Hit
from chat.stores.schema import messages, replies
from chat.stores.words import MAX_TEXT_CHARS, Words, snippet_of, words_of

_MATCHES = {
    "sqlite": "SELECT rowid AS place, rank AS badness FROM search WHERE search MATCH :asked",
    # 1: a word weighs less in a longer text, as it does in SQLite.
    "postgresql": """SELECT place, -ts_rank(words, query, 1) AS badness
        FROM search, to_tsquery('simple', :asked) AS query WHERE words @@ query""",
}
# An even place is a message, an odd one a reply; what is deleted is still in the index.
_PLACES = {
    dialect: text(f"""
        SELECT place, conversations.id, conversations.title
        FROM ({matches}) AS matches
        LEFT JOIN messages AS said
            ON said.number = CASE WHEN place % 2 = 0 THEN place / 2 END
        LEFT JOIN replies AS answered
            ON answered.number = CASE WHEN place % 2 = 1 THEN place / 2 END
        LEFT JOIN messages AS asked ON asked.id = answered.message_id
        JOIN conversations
            ON conversations.id = coalesce(said.conversation_id, answered.conversation_id)
        WHERE conversations.owner = :owner
            AND conversations.deleted_at IS NULL
            AND NOT conversations.hidden
            AND coalesce(said.deleted_at, asked.deleted_at) IS NULL
        ORDER BY badness, place DESC
        LIMIT :limit
    """)  # noqa: S608 - put together from this file alone
    for dialect, matches in _MATCHES.items()
}


def search(db: Connection, owner: str, query: str, limit: int) -> list[Hit]:
    """The places where all the words of a typed query occur, best first, the newer of equals.

    The last word may be the beginning of one. Upper case, accents and punctuation do not count.
    Of a message or an answer only the first `MAX_TEXT_CHARS` characters are searched.
    """
    words = words_of(query)
    if not words or limit < 1:
        return []
    asked = _ASKED[db.dialect.name](words)
    found = db.execute(
        _PLACES[db.dialect.name], {"asked": asked, "owner": owner, "limit": limit}
    ).all()
    texts = _texts(db, [row.place for row in found])
    hits = [
        Hit(row.id, row.title, snippet_of(texts[row.place], words))
        for row in found
        if row.place in texts
    ]
    return list(dict.fromkeys(hits))  # a continued answer begins with the text of the first part


def _texts(db: Connection, places: list[int]) -> dict[int, str]:
    """The searched part of each place's text."""
    texts: dict[int, str] = {}
    for is_reply, table in enumerate((messages, replies)):
        numbers = [place // 2 for place in places if place % 2 == is_reply]
        start = func.substr(table.c.text, 1, MAX_TEXT_CHARS)
        rows = db.execute(select(table.c.number, start).where(table.c.number.in_(numbers)))
        texts |= {2 * number + is_reply: start for number, start in rows}
    return texts


# The parts of a word hold letters and digits only, so quoting them is safe in both languages.
def _match_of(words: Words) -> str:
    """The query in FTS5's language (https://www.sqlite.org/fts5.html#full_text_query_syntax)."""
    return " AND ".join(f'"{" ".join(parts)}"' for parts in words) + "*"


def _tsquery_of(words: Words) -> str:
    """The query in PostgreSQL's (https://www.postgresql.org/docs/current/datatype-textsearch.html)."""
    phrases = (" <-> ".join(f"'{part}'" for part in parts) for parts in words)
    return " & ".join(phrases) + ":*"


_ASKED = {"sqlite": _match_of, "postgresql": _tsquery_of}
