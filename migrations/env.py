"""Alembic's environment: the address comes from the command, the tables from the models."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

import forum.models  # noqa: F401 - registers every table
from forum.models.base import Base

engine = create_engine(context.config.attributes["database_url"])
try:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
finally:
    engine.dispose()
