"""What a visitor prefers, kept by owner: favourite models and system prompts with a name."""

from sqlalchemy import Connection, delete, select, update

from chat.choices import Preset
from chat.stores.comparison_tables import lane_presets
from chat.stores.faults import in_plain_words
from chat.stores.part_of_store import PartOfStore
from chat.stores.rows import insert_new
from chat.stores.schema import favourite_models, presets


class SqlChoices(PartOfStore):
    """The `Choices` port on SQLite and PostgreSQL; one transaction for each call."""

    @in_plain_words
    def list_favourites(self, owner: str) -> tuple[str, ...]:
        """The ids of the favourite models, in the order in which they became that."""
        with self._reader.begin() as db:
            found = db.scalars(
                select(favourite_models.c.model)
                .where(favourite_models.c.owner == owner)
                .order_by(favourite_models.c.created_at, favourite_models.c.model)
            )
            return tuple(found)

    @in_plain_words
    def set_favourite(self, owner: str, model: str, *, is_favourite: bool) -> None:
        """Makes a model a favourite, or lets it go; doing it twice changes nothing."""
        with self._writer.begin() as db:
            if is_favourite:
                row = {"owner": owner, "model": model, "created_at": self._now()}
                insert_new(db, favourite_models, row)
            else:
                db.execute(
                    delete(favourite_models).where(
                        favourite_models.c.owner == owner, favourite_models.c.model == model
                    )
                )

    @in_plain_words
    def list_presets(self, owner: str) -> tuple[Preset, ...]:
        """The saved system prompts, by name."""
        with self._reader.begin() as db:
            rows = db.execute(
                select(presets.c.name, presets.c.text)
                .where(presets.c.owner == owner)
                .order_by(presets.c.name)
            )
            return tuple(Preset(row.name, row.text) for row in rows)

    @in_plain_words
    def save_preset(self, owner: str, preset: Preset) -> None:
        """Keeps a system prompt; one of the same name is replaced."""
        key = {"owner": owner, "name": preset.name}
        with self._writer.begin() as db:
            insert_new(db, presets, {**key, "text": preset.text})
            db.execute(
                update(presets)
                .where(presets.c.owner == owner, presets.c.name == preset.name)
                .values(text=preset.text)
            )

    @in_plain_words
    def delete_preset(self, owner: str, name: str) -> None:
        """Forgets a system prompt."""
        with self._writer.begin() as db:
            db.execute(delete(presets).where(presets.c.owner == owner, presets.c.name == name))


def adopt(db: Connection, old_owner: str, new_owner: str) -> None:
    """Hands the choices of one owner to another, whose own win where both have one."""
    for table, name in ((favourite_models, "model"), (presets, "name"), (lane_presets, "name")):
        theirs = select(table.c[name]).where(table.c.owner == new_owner)
        db.execute(delete(table).where(table.c.owner == old_owner, table.c[name].in_(theirs)))
        db.execute(update(table).where(table.c.owner == old_owner).values(owner=new_owner))
