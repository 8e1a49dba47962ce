"""Events of jobs, shown to users."""

from __future__ import annotations

from collections.abc import Collection
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


def newest(connection: sa.Connection) -> int:
    """Number of the newest event of all jobs; 0 without one."""
    return connection.execute(sa.select(sa.func.max(tables.events.c.seq))).scalar() or 0


def after(connection: sa.Connection, cursor: int, kinds: Collection[str]) -> list[Event]:
    """Events of these kinds of all jobs after ``cursor``, oldest first."""
    events = tables.events
    query = events.select().where(events.c.seq > cursor, events.c.kind.in_(kinds)).order_by(events.c.seq)
    return [_event(row) for row in connection.execute(query)]


def last_at(connection: sa.Connection, job: str, kind: str, *, others: bool = False) -> str:
    """When the newest event of a kind was added to a job, or of all ``others``; empty without one."""
    events = tables.events
    is_meant = events.c.kind != kind if others else events.c.kind == kind
    query = sa.select(events.c.at).where(events.c.job == job, is_meant).order_by(events.c.seq.desc())
    return connection.execute(query.limit(1)).scalar() or ""


def exists(connection: sa.Connection, job: str, kind: str, trial: int) -> bool:
    """Whether there is an event of this kind for a trial (its number)."""
    events = tables.events
    query = sa.select(events.c.seq).where(events.c.job == job, events.c.kind == kind, events.c.trial == trial)
    return connection.execute(query.limit(1)).first() is not None


def _event(row: sa.Row[Any]) -> Event:
    return Event(row.seq, row.job, row.trial, row.at, row.level, row.kind, Text.from_json(row.text))
