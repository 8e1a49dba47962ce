"""Trials in the store, and the GPUs that are leased to them."""

from __future__ import annotations

import json
import math
import secrets
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bayescore.i18n import Text
from bayescore.store import revisions
from bayescore.store.records import IMPORTED, Forecast, Trial, dumps
from bayescore.store.states import TrialState, check_trial_move
from bayescore.store.tables import leases, trials
from bayescore.times import now

_LARGEST = sys.float_info.max
# The plus keeps SQLite from the index of states: most trials of all jobs have succeeded.
_STATE: sa.ColumnElement[str] = sa.literal_column("+trials.state")
# The same keeps it from the index of jobs, where new row ids are to be found.
_JOB: sa.ColumnElement[str] = sa.literal_column("+trials.job")

# Built once: a list of jobs asks for hundreds.
_LEADER = {
    maximize: trials.select()
    .where(
        trials.c.job == sa.bindparam("of"),
        _STATE == TrialState.SUCCEEDED,
        sa.func.abs(trials.c.value) <= _LARGEST,
    )
    .order_by(trials.c.value.desc() if maximize else trials.c.value, trials.c.number)
    .limit(1)
    for maximize in (False, True)
}


def add(
    connection: sa.Connection,
    job: str,
    number: int,
    parameters: Mapping[str, Any],
    origin: str,
    foresight: Forecast | None = None,
) -> Trial:
    """Store a trial as pending, with a token of its own."""
    result = connection.execute(
        trials.insert().values(
            job=job,
            number=number,
            attempt=1,
            state=TrialState.PENDING,
            origin=origin,
            foresight=dumps(asdict(foresight)) if foresight else None,
            parameters=dumps(dict(parameters)),
            gpus="[]",
            token=secrets.token_urlsafe(24),
            created_at=now(),
        )
    )
    assert result.inserted_primary_key is not None
    return get(connection, int(result.inserted_primary_key[0]))


def add_past(
    connection: sa.Connection,
    job: str,
    number: int,
    parameters: Mapping[str, Any],
    state: TrialState,
    value: float | None,
    began: str | None,
    ended: str | None,
) -> int:
    """Store a trial that ended elsewhere; its row id."""
    trial = add(connection, job, number, parameters, IMPORTED)
    connection.execute(
        trials.update()
        .where(trials.c.id == trial.id)
        .values(state=state, value=value, started_at=began, ended_at=ended or trial.created_at)
    )
    return trial.id


def get(connection: sa.Connection, identifier: int) -> Trial:
    """The trial with this row id; ``KeyError`` when there is none."""
    row = connection.execute(trials.select().where(trials.c.id == identifier)).first()
    if row is None:
        raise KeyError(identifier)
    return _trial(row)


def of_job(connection: sa.Connection, job: str) -> list[Trial]:
    """Trials of a job by number."""
    query = trials.select().where(trials.c.job == job).order_by(trials.c.number)
    return [_trial(row) for row in connection.execute(query)]


def changed_of(connection: sa.Connection, job: str, newest: int, unended: Collection[int]) -> list[Trial]:
    """Trials of a job that may have changed since they were read, by number.

    A trial that had ended is not among them: :mod:`bayescore.store.revisions` tells when one has changed.

    Parameters
    ----------
    newest
        Largest row id that was read.
    unended
        Row ids of those that had not ended.
    """
    query = trials.select().where(
        sa.or_(trials.c.id.in_(unended), sa.and_(trials.c.id > newest, _JOB.in_([job])))
    )
    return sorted((_trial(row) for row in connection.execute(query)), key=lambda t: t.number)


def unended_of(connection: sa.Connection, job: str) -> list[Trial]:
    """Trials of a job that have not ended, by number."""
    states = [s for s in TrialState if not s.ended]
    query = trials.select().where(trials.c.job == job, _STATE.in_(states)).order_by(trials.c.number)
    return [_trial(row) for row in connection.execute(query)]


def tally(connection: sa.Connection, job: str) -> Counter[TrialState]:
    """How many of a job's trials are in each state."""
    query = sa.select(trials.c.state, sa.func.count()).where(trials.c.job == job).group_by(trials.c.state)
    return Counter({TrialState(state): count for state, count in connection.execute(query)})


def ended_counts(connection: sa.Connection) -> dict[str, int]:
    """How many of each job's trials have ended; a job without one is not in it."""
    states = [s for s in TrialState if s.ended]
    query = sa.select(trials.c.job, sa.func.count()).where(_STATE.in_(states)).group_by(trials.c.job)
    return {job: int(count) for job, count in connection.execute(query)}


def leader(connection: sa.Connection, job: str, *, maximize: bool) -> Trial | None:
    """A job's best trial, as :func:`bayescore.results.best` finds it, without reading the others."""
    row = connection.execute(_LEADER[maximize], {"of": job}).first()
    return None if row is None else _trial(row)


def unended(connection: sa.Connection) -> list[Trial]:
    """Trials of every job that have not ended."""
    states = [s for s in TrialState if not s.ended]
    query = trials.select().where(trials.c.state.in_(states)).order_by(trials.c.id)
    return [_trial(row) for row in connection.execute(query)]


def move(
    connection: sa.Connection,
    trial: Trial,
    state: TrialState,
    *,
    reason: Text | None = None,
    **columns: Any,
) -> Trial:
    """Bring a trial into another state, as the state machine allows, and set more columns."""
    current = get(connection, trial.id)
    check_trial_move(current.state, state)
    if current.state.ended:
        revisions.bump_ended_trials(connection, current.job)
    if state is TrialState.RUNNING:
        columns.setdefault("started_at", now())
    if state.ended:
        columns.setdefault("ended_at", now())
        release(connection, trial.id)
    connection.execute(
        trials.update()
        .where(trials.c.id == trial.id)
        .values(state=state, reason=reason.to_json() if reason else None, **columns)
    )
    return get(connection, trial.id)


def retry(connection: sa.Connection, trial: Trial) -> Trial:
    """Make an ended trial wait for another attempt with the same parameters and a new token."""
    return move(
        connection,
        trial,
        TrialState.PENDING,
        attempt=trial.attempt + 1,
        token=secrets.token_urlsafe(24),
        exit_code=None,
        value=None,
        handle=None,
        gpus="[]",
        started_at=None,
        ended_at=None,
    )


def renew_tokens(connection: sa.Connection) -> None:
    """Give every trial that has not ended a new token: the old one may be known to others."""
    for trial in unended(connection):
        token = secrets.token_urlsafe(24)
        connection.execute(trials.update().where(trials.c.id == trial.id).values(token=token))


def star(connection: sa.Connection, job: str, number: int, *, starred: bool) -> None:
    """Star a trial, or remove its star."""
    _mark(connection, job, number, starred=int(starred))


def annotate(connection: sa.Connection, job: str, number: int, note: str) -> None:
    """Write a note on a trial."""
    _mark(connection, job, number, note=note)


def _mark(connection: sa.Connection, job: str, number: int, **columns: Any) -> None:
    query = trials.update().where(trials.c.job == job, trials.c.number == number)
    connection.execute(query.values(**columns))
    revisions.bump_ended_trials(connection, job)


# ---- leases


def lease(connection: sa.Connection, trial: int, gpus: list[str]) -> None:
    """Lease GPUs (by UUID) to a trial; the caller has seen in this transaction that they are free."""
    for gpu in gpus:
        connection.execute(leases.insert().values(gpu=gpu, trial=trial))
    connection.execute(trials.update().where(trials.c.id == trial).values(gpus=dumps(gpus)))


def release(connection: sa.Connection, trial: int) -> None:
    """Give back the GPUs of a trial."""
    connection.execute(leases.delete().where(leases.c.trial == trial))


def leased(connection: sa.Connection) -> dict[str, int]:
    """Number of trials that have each GPU, by UUID."""
    query = sa.select(leases.c.gpu, sa.func.count()).group_by(leases.c.gpu)
    return {row[0]: row[1] for row in connection.execute(query)}


def _trial(row: sa.Row[Any]) -> Trial:
    value = row.value
    if value is None and row.state == TrialState.SUCCEEDED:
        value = math.nan  # SQLite keeps NaN as NULL; a trial cannot succeed without a value
    return Trial(
        id=row.id,
        job=row.job,
        number=row.number,
        attempt=row.attempt,
        state=TrialState(row.state),
        reason=Text.from_json(row.reason) if row.reason else None,
        exit_code=row.exit_code,
        origin=row.origin,
        parameters=json.loads(row.parameters),
        value=value,
        gpus=tuple(json.loads(row.gpus)),
        handle=row.handle,
        token=row.token,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        starred=bool(row.starred),
        note=row.note,
        foresight=Forecast(**json.loads(row.foresight)) if row.foresight else None,
    )
