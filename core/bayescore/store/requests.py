"""Requests of users to the engine: cancel, re-run, continue."""

from __future__ import annotations

import sqlalchemy as sa

from bayescore.store import tables
from bayescore.store.records import Request
from bayescore.times import now

CANCEL = "cancel"
RERUN = "rerun"
CONTINUE = "continue"


def add(
    connection: sa.Connection, job: str, kind: str, *, trial: int | None = None, count: int | None = None
) -> None:
    """Add a request: ``CANCEL``, ``RERUN`` or ``CONTINUE``."""
    connection.execute(tables.wants.insert().values(job=job, kind=kind, trial=trial, count=count, at=now()))


def unfinished(connection: sa.Connection) -> list[Request]:
    """Requests that are not done, oldest first."""
    wants = tables.wants
    query = wants.select().where(wants.c.done_at.is_(None)).order_by(wants.c.seq)
    return [Request(r.seq, r.job, r.kind, r.trial, r._mapping["count"]) for r in connection.execute(query)]


def mark_done(connection: sa.Connection, request: Request) -> None:
    """Mark a request as done."""
    wants = tables.wants
    connection.execute(wants.update().where(wants.c.seq == request.seq).values(done_at=now()))
