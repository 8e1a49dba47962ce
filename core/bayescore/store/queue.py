"""The order of the jobs that have not ended, and which of them run one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, ValidationError

from bayescore.store import settings
from bayescore.store.states import JobState
from bayescore.store.tables import jobs

FIRST, LAST = "first", "last"
KEY = "queue"


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True)

    order: tuple[str, ...] = ()
    in_order: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    turns: dict[str, int] = {}


@dataclass(frozen=True)
class Queue:
    """The jobs that have not ended.

    Attributes
    ----------
    order
        Their ids, the first one at the beginning.
    in_order
        Those that wait for the jobs ahead of them; the others take turns.
    first
        Those that the user put first and that have begun no trial since.
    turns
        Number of the last turn of a job that has had one; a turn is the begin of a trial.
    """

    order: tuple[str, ...]
    in_order: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    turns: dict[str, int] = field(default_factory=dict)


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
    there = frozenset(active)
    turns = {job: number for job, number in stored.turns.items() if job in there}
    return Queue(order, there & frozenset(stored.in_order), there & frozenset(stored.first), turns)


def move(connection: sa.Connection, job: str, to: str) -> bool:
    """Move a job; whether it was moved.

    Parameters
    ----------
    to
        ``FIRST``, ``LAST``, or the id of the job that it is put behind; if that one has ended by now,
        the order remains as it is.
    """
    found = read(connection)
    if to not in (FIRST, LAST, *found.order) or to == job:
        return False
    others = [each for each in found.order if each != job]
    place = {FIRST: 0, LAST: len(others)}.get(to)
    place = others.index(to) + 1 if place is None else place
    first = found.first | {job} if to == FIRST else found.first - {job}
    _write(connection, replace(found, order=(*others[:place], job, *others[place:]), first=first))
    return True


def set_in_order(connection: sa.Connection, chosen: Sequence[str], *, in_order: bool) -> None:
    """Let jobs wait for those ahead of them, or take turns with them."""
    found = read(connection)
    changed = found.in_order | set(chosen) if in_order else found.in_order - set(chosen)
    _write(connection, replace(found, in_order=changed))


def take_turn(connection: sa.Connection, job: str) -> None:
    """Count a trial that begins, in the transaction that begins it; the job is no longer put first."""
    found = read(connection)
    number = max(found.turns.values(), default=0) + 1
    _write(connection, replace(found, first=found.first - {job}, turns={**found.turns, job: number}))


def append(connection: sa.Connection, job: str) -> None:
    """Put a job that begins another run at the end, where it takes turns."""
    move(connection, job, LAST)
    set_in_order(connection, [job], in_order=False)


def _write(connection: sa.Connection, queue: Queue) -> None:
    stored = _Stored(
        order=queue.order,
        in_order=tuple(sorted(queue.in_order)),
        first=tuple(sorted(queue.first)),
        turns=queue.turns,
    )
    settings.put(connection, KEY, stored.model_dump_json())
