"""Settings of the data folder, by name."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bayescore.store.tables import settings


def get(connection: sa.Connection, name: str) -> str | None:
    """A setting; ``None`` when it is not set."""
    return connection.execute(sa.select(settings.c.value).where(settings.c.name == name)).scalar()


def several(connection: sa.Connection, names: Sequence[str]) -> dict[str, str]:
    """The settings of these names that are set."""
    query = sa.select(settings.c.name, settings.c.value).where(settings.c.name.in_(names))
    return {row.name: row.value for row in connection.execute(query)}


def put(connection: sa.Connection, name: str, value: str) -> None:
    """Store a setting."""
    connection.exec_driver_sql("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))


def delete(connection: sa.Connection, name: str) -> None:
    """Delete a setting, if it is set."""
    connection.execute(settings.delete().where(settings.c.name == name))


def starting_with(connection: sa.Connection, prefix: str) -> list[str]:
    """Values of all settings whose names start with ``prefix``, by name."""
    query = sa.select(settings.c.value).where(settings.c.name.startswith(prefix, autoescape=True))
    return list(connection.execute(query.order_by(settings.c.name)).scalars())
