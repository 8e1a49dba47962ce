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
RESUME = "resume"  # with "at" in the data: at that time
CHANGE = "change"  # settings of a job that runs
FINISH = "finish"  # with "next" in the data: no more trials begin, because that job continues
REORDER = "reorder"  # with "to" in the data: its place in the queue
TURNS = "turns"  # with "in_order" in the data: whether it waits for the jobs ahead of it


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


def is_due(request: Request, moment: str) -> bool:
    """Whether it is time for a request; most have no time."""
    return str(request.data.get("at", "")) <= moment


def withdraw(connection: sa.Connection, job: str, kind: str) -> None:
    """Mark the open requests of a kind as done, without carrying them out."""
    wants = tables.wants
    of_kind = sa.and_(wants.c.job == job, wants.c.kind == kind, wants.c.done_at.is_(None))
    connection.execute(wants.update().where(of_kind).values(done_at=now()))


def mark_done(connection: sa.Connection, request: Request) -> None:
    """Mark a request as done."""
    wants = tables.wants
    connection.execute(wants.update().where(wants.c.seq == request.seq).values(done_at=now()))
