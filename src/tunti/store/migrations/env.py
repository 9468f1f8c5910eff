"""Runs the migrations on the connection that :func:`tunti.store.database.open_database` hands over."""

from alembic import context

from tunti.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
