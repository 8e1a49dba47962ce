"""The order of the jobs that have not ended, and which of them run one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, ValidationError

from bayescore.store import settings
from bayescore.store.states import JobState
from bayescore.store.tables import jobs
from bayescore.times import now

FIRST, LAST = "first", "last"
KEY = "queue"


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True)

    order: tuple[str, ...] = ()
    in_order: tuple[str, ...] = ()
    first_since: dict[str, str] = {}


@dataclass(frozen=True)
class Queue:
    """The jobs that have not ended.

    Attributes
    ----------
    order
        Their ids, the first one at the beginning.
    in_order
        Those that wait for the jobs ahead of them; the others take turns.
    first_since
        When the user put a job first, by its id.
    """

    order: tuple[str, ...]
    in_order: frozenset[str] = frozenset()
    first_since: dict[str, str] = field(default_factory=dict)


def read(connection: sa.Connection) -> Queue:
    """The queue; jobs that nobody has moved are in the order in which they were submitted."""
    states = [state for state in JobState if not state.ended]
    query = sa.select(jobs.c.id).where(jobs.c.state.in_(states)).order_by(jobs.c.seq)
    active = list(connection.execute(query).scalars())
    try:
        stored = _Stored.model_validate_json(settings.get(connection, KEY) or "{}")
    except ValidationError:  # a damaged store
        stored = _Stored()
    known = [job for job in dict.fromkeys(stored.order) if job in active]
    order = (*known, *(job for job in active if job not in known))
    since = {job: moment for job, moment in stored.first_since.items() if job in active}
    return Queue(order, frozenset(stored.in_order) & frozenset(active), since)


def move(connection: sa.Connection, job: str, to: str) -> None:
    """Move a job.

    Parameters
    ----------
    to
        ``FIRST``, ``LAST``, or the id of the job that it is put behind.
    """
    found = read(connection)
    others = [each for each in found.order if each != job]
    place = 0 if to == FIRST else others.index(to) + 1 if to in others else len(others)
    since = {**found.first_since, job: now()} if to == FIRST else _without(found.first_since, job)
    _write(connection, Queue((*others[:place], job, *others[place:]), found.in_order, since))


def set_in_order(connection: sa.Connection, chosen: Sequence[str], *, in_order: bool) -> None:
    """Let jobs wait for those ahead of them, or take turns with them."""
    found = read(connection)
    changed = found.in_order | set(chosen) if in_order else found.in_order - set(chosen)
    _write(connection, Queue(found.order, changed, found.first_since))


def append(connection: sa.Connection, job: str) -> None:
    """Put a job that begins another run at the end, where it takes turns."""
    move(connection, job, LAST)
    set_in_order(connection, [job], in_order=False)


def _without(moments: dict[str, str], job: str) -> dict[str, str]:
    return {each: moment for each, moment in moments.items() if each != job}


def _write(connection: sa.Connection, queue: Queue) -> None:
    stored = _Stored(order=queue.order, in_order=tuple(sorted(queue.in_order)), first_since=queue.first_since)
    settings.put(connection, KEY, stored.model_dump_json())
