"""Events of jobs, shown to users."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bayescore.i18n import Text
from bayescore.store import tables
from bayescore.store.records import Event
from bayescore.times import now


def add(
    connection: sa.Connection,
    job: str,
    kind: str,
    message: Text,
    *,
    trial: int | None = None,
    level: str = "info",
    at: str | None = None,
) -> None:
    """Add an event.

    Parameters
    ----------
    trial
        Number of a trial.
    level
        ``info``, ``warning`` or ``error``.
    at
        When it happened; by default now.
    """
    connection.execute(
        tables.events.insert().values(
            job=job, trial=trial, at=at or now(), level=level, kind=kind, text=message.to_json()
        )
    )


def of_job(connection: sa.Connection, job: str, cursor: int = 0) -> list[Event]:
    """Events of a job after ``cursor``, oldest first."""
    events = tables.events
    query = events.select().where(events.c.job == job, events.c.seq > cursor).order_by(events.c.seq)
    return [_event(row) for row in connection.execute(query)]


def exists(connection: sa.Connection, job: str, kind: str, trial: int) -> bool:
    """Whether there is an event of this kind for a trial (its number)."""
    events = tables.events
    query = sa.select(events.c.seq).where(events.c.job == job, events.c.kind == kind, events.c.trial == trial)
    return connection.execute(query.limit(1)).first() is not None


def _event(row: sa.Row[Any]) -> Event:
    return Event(row.seq, row.job, row.trial, row.at, row.level, row.kind, Text.from_json(row.text))
