"""The tokens by which programs ask in their owners' names; see `chat.api_tokens`."""

from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update

from chat.api_tokens import MOST, ApiToken
from chat.conversations import new_id
from chat.errors import StoreRefused
from chat.stores.faults import in_plain_words
from chat.stores.part_of_store import PartOfStore
from chat.stores.schema import api_tokens

USED_STEP = timedelta(minutes=1)
"""How exactly the last use is known: a write for each request would cost more than it tells."""


class SqlTokens(PartOfStore):
    """Keeps tokens in the store's database; every method raises `StoreError` as the store's do."""

    @in_plain_words
    def add(self, owner: str, name: str, hashed: str) -> ApiToken:
        """Keeps a new token, by its hash.

        Raises:
            StoreRefused: the owner has as many as may be.
        """
        token = ApiToken(new_id(), owner, name, self._now())
        with self._writer.begin() as db:
            held = db.scalar(
                select(func.count()).select_from(api_tokens).where(api_tokens.c.owner == owner)
            )
            if (held or 0) >= MOST:
                raise StoreRefused(f"You have {MOST} tokens already. Revoke one first.")
            db.execute(
                insert(api_tokens).values(
                    id=token.id, owner=owner, name=name, hash=hashed, created_at=token.created_at
                )
            )
        return token

    @in_plain_words
    def list_tokens(self, owner: str) -> list[ApiToken]:
        """The owner's tokens, oldest first."""
        query = select(api_tokens).where(api_tokens.c.owner == owner)
        with self._reader.begin() as db:
            return [
                ApiToken(row.id, row.owner, row.name, row.created_at, row.last_used_at)
                for row in db.execute(query.order_by(api_tokens.c.created_at, api_tokens.c.id))
            ]

    @in_plain_words
    def revoke(self, owner: str, token_id: str) -> None:
        """Makes a token good for nothing from the next request on."""
        with self._writer.begin() as db:
            db.execute(
                delete(api_tokens).where(api_tokens.c.id == token_id, api_tokens.c.owner == owner)
            )

    @in_plain_words
    def owner_of(self, hashed: str) -> str | None:
        """Whose token has this hash, and notes that it was used; None where it is nobody's."""
        with self._reader.begin() as db:
            row = db.execute(select(api_tokens).where(api_tokens.c.hash == hashed)).one_or_none()
        if row is None:
            return None
        now = self._now()
        if row.last_used_at is None or now - row.last_used_at >= USED_STEP:
            with self._writer.begin() as db:
                db.execute(
                    update(api_tokens).where(api_tokens.c.id == row.id).values(last_used_at=now)
                )
        return str(row.owner)
