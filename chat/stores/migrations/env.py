"""What Alembic runs to migrate; `chat.stores.database.migrate` gives the connection."""

from alembic import context

from chat.stores.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
