"""Runs the migrations on the connection that `bot.database` hands over."""

from alembic import context
from sqlalchemy import text

from models.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # One migrating process at a time, and none that blocks the service for long.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(7355608)"))
    context.run_migrations()
