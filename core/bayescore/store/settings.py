"""Settings of the data folder, by name."""

from __future__ import annotations

import sqlalchemy as sa

from bayescore.store.tables import settings


def get(connection: sa.Connection, name: str) -> str | None:
    """A setting; ``None`` when it is not set."""
    return connection.execute(sa.select(settings.c.value).where(settings.c.name == name)).scalar()


def put(connection: sa.Connection, name: str, value: str) -> None:
    """Store a setting."""
    connection.exec_driver_sql("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))
