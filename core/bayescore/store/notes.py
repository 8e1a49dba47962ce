"""Events, wishes and settings of the data folder."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from bayescore.i18n import Text
from bayescore.store.records import Event, Want
from bayescore.store.tables import events, settings, wants
from bayescore.times import now

CANCEL = "cancel"
RERUN = "rerun"
CONTINUE = "continue"


def add_event(
    connection: sa.Connection,
    job: str,
    kind: str,
    message: Text,
    *,
    trial: int | None = None,
    level: str = "info",
) -> None:
    """Note what happened; ``level`` is info, warning or error, ``trial`` a number."""
    connection.execute(
        events.insert().values(job=job, trial=trial, at=now(), level=level, kind=kind, text=message.to_json())
    )


def events_of(connection: sa.Connection, job: str, cursor: int = 0) -> list[Event]:
    """Events of a job after ``cursor``, oldest first."""
    query = events.select().where(events.c.job == job, events.c.seq > cursor).order_by(events.c.seq)
    return [_event(row) for row in connection.execute(query)]


def is_noted(connection: sa.Connection, job: str, kind: str, trial: int) -> bool:
    """Whether there is an event of this kind about a trial (its number)."""
    query = sa.select(events.c.seq).where(events.c.job == job, events.c.kind == kind, events.c.trial == trial)
    return connection.execute(query.limit(1)).first() is not None


def want(
    connection: sa.Connection, job: str, kind: str, *, trial: int | None = None, count: int | None = None
) -> None:
    """Wish something of a job: ``CANCEL``, ``RERUN`` or ``CONTINUE``."""
    connection.execute(wants.insert().values(job=job, kind=kind, trial=trial, count=count, at=now()))


def open_wants(connection: sa.Connection) -> list[Want]:
    """Wishes that are not fulfilled yet, oldest first."""
    query = wants.select().where(wants.c.done_at.is_(None)).order_by(wants.c.seq)
    return [Want(r.seq, r.job, r.kind, r.trial, r._mapping["count"]) for r in connection.execute(query)]


def fulfilled(connection: sa.Connection, wish: Want) -> None:
    """Mark a wish as fulfilled."""
    connection.execute(wants.update().where(wants.c.seq == wish.seq).values(done_at=now()))


def setting(connection: sa.Connection, name: str) -> str | None:
    """A setting of the data folder."""
    return connection.execute(sa.select(settings.c.value).where(settings.c.name == name)).scalar()


def set_setting(connection: sa.Connection, name: str, value: str) -> None:
    """Keep a setting of the data folder."""
    connection.exec_driver_sql("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))


def pull_key(job: str) -> str:
    """Name of the setting that holds the progress of a job's pull."""
    return f"pull:{job}"


def transfer_key(job: str) -> str:
    """Name of the setting that says what of a job is on its way between machines."""
    return f"transfer:{job}"


def set_transfer(connection: sa.Connection, job: str, what: Text, share: float) -> None:
    """Note how much of something has arrived, 0 to 1; at 1 nothing is on its way any more."""
    stored = "" if share >= 1 else json.dumps({"what": what.to_json(), "share": share})
    set_setting(connection, transfer_key(job), stored)


def transfer(connection: sa.Connection, job: str) -> tuple[Text, float] | None:
    """What is on its way, and how much of it has arrived."""
    stored = setting(connection, transfer_key(job))
    if not stored:
        return None
    found = json.loads(stored)
    return Text.from_json(found["what"]), float(found["share"])


def _event(row: sa.Row[Any]) -> Event:
    return Event(row.seq, row.job, row.trial, row.at, row.level, row.kind, Text.from_json(row.text))
