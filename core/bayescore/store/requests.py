"""Requests of users to the engine about a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bayescore.store import tables
from bayescore.store.records import Request, dumps
from bayescore.times import now

CANCEL = "cancel"
RERUN = "rerun"
CONTINUE = "continue"
ADD = "add"  # a trial with parameters that the user has chosen
PAUSE = "pause"  # with "now" in the data: running trials are ended and begin again later
RESUME = "resume"
CHANGE = "change"  # settings of a job that runs


def add(
    connection: sa.Connection,
    job: str,
    kind: str,
    *,
    trial: int | None = None,
    count: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add a request of one of the kinds above."""
    written = dumps(dict(data)) if data else None
    query = tables.wants.insert().values(job=job, kind=kind, trial=trial, count=count, data=written, at=now())
    connection.execute(query)


def unfinished(connection: sa.Connection) -> list[Request]:
    """Requests that are not done, oldest first."""
    wants = tables.wants
    query = wants.select().where(wants.c.done_at.is_(None)).order_by(wants.c.seq)
    return [
        Request(r.seq, r.job, r.kind, r.trial, r._mapping["count"], json.loads(r.data) if r.data else {})
        for r in connection.execute(query)
    ]


def mark_done(connection: sa.Connection, request: Request) -> None:
    """Mark a request as done."""
    wants = tables.wants
    connection.execute(wants.update().where(wants.c.seq == request.seq).values(done_at=now()))
