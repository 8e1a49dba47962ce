"""Trials in the store, and the GPUs leased to them."""

from __future__ import annotations

import json
import math
import secrets
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from bayescore.i18n import Text, text
from bayescore.store import events, revisions
from bayescore.store.curve_records import CurveRecord
from bayescore.store.records import IMPORTED, Forecast, JobFigures, Trial, dumps
from bayescore.store.states import TrialState, check_trial_move
from bayescore.store.tables import leases, trials
from bayescore.times import now

_LARGEST = sys.float_info.max
# The plus keeps SQLite from using the index on states, which is not selective: most trials have succeeded.
_STATE: sa.ColumnElement[str] = sa.literal_column("+trials.state")
# The same keeps it from the index of jobs, where new row ids are to be found.
_JOB: sa.ColumnElement[str] = sa.literal_column("+trials.job")


def add(
    connection: sa.Connection,
    job: str,
    number: int,
    parameters: Mapping[str, Any],
    origin: str,
    forecast: Forecast | None = None,
) -> Trial:
    """Store a pending trial with a new token."""
    result = connection.execute(
        trials.insert().values(
            job=job,
            number=number,
            attempt=1,
            state=TrialState.PENDING,
            origin=origin,
            foresight=dumps(asdict(forecast)) if forecast else None,
            parameters=dumps(dict(parameters)),
            gpus="[]",
            token=secrets.token_urlsafe(24),
            created_at=now(),
        )
    )
    assert result.inserted_primary_key is not None
    return get(connection, int(result.inserted_primary_key[0]))


def add_imported(
    connection: sa.Connection,
    job: str,
    number: int,
    parameters: Mapping[str, Any],
    state: TrialState,
    value: float | None,
    began: str | None,
    ended: str | None,
    origin: str = IMPORTED,
    reason: Text | None = None,
) -> int:
    """Store a trial that ran elsewhere; return its row id."""
    trial = add(connection, job, number, parameters, origin)
    connection.execute(
        trials.update()
        .where(trials.c.id == trial.id)
        .values(
            state=state,
            value=value,
            reason=reason.to_json() if reason else None,
            started_at=began,
            ended_at=ended or trial.created_at,
        )
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


def changed_of(connection: sa.Connection, job: str, newest: int, active: Collection[int]) -> list[Trial]:
    """Trials of a job that may have changed since they were read, by number.

    Trials that had ended are not among them: :mod:`bayescore.store.revisions` tells whether one has changed.

    Parameters
    ----------
    newest
        Largest row id that was read.
    active
        Row ids of those that had not ended.
    """
    query = trials.select().where(
        sa.or_(trials.c.id.in_(active), sa.and_(trials.c.id > newest, _JOB.in_([job])))
    )
    return sorted((_trial(row) for row in connection.execute(query)), key=lambda t: t.number)


def active_of_job(connection: sa.Connection, job: str) -> list[Trial]:
    """Trials of a job that have not ended, by number."""
    states = [s for s in TrialState if not s.ended]
    query = trials.select().where(trials.c.job == job, _STATE.in_(states)).order_by(trials.c.number)
    return [_trial(row) for row in connection.execute(query)]


def count_by_state(connection: sa.Connection, job: str) -> Counter[TrialState]:
    """Number of a job's trials in each state."""
    query = sa.select(trials.c.state, sa.func.count()).where(trials.c.job == job).group_by(trials.c.state)
    return Counter({TrialState(state): count for state, count in connection.execute(query)})


def figures(connection: sa.Connection, of: Collection[str] | None = None) -> dict[str, JobFigures]:
    """Figures by job, of some jobs or of all; jobs without a trial are missing."""
    ended = [s for s in TrialState if s.ended]
    counts = trials.c.state == TrialState.SUCCEEDED, sa.func.abs(trials.c.value) <= _LARGEST
    value = sa.case((sa.and_(*counts), trials.c.value))
    failed = trials.c.state.in_([TrialState.FAILED, TrialState.LOST])
    query = sa.select(
        trials.c.job,
        sa.func.sum(sa.case((trials.c.state.in_(ended), 1), else_=0)),
        sa.func.sum(sa.case((failed, 1), else_=0)),
        sa.func.sum(sa.case((trials.c.state == TrialState.STOPPED_EARLY, 1), else_=0)),
        sa.func.min(value),
        sa.func.max(value),
    ).group_by(trials.c.job)
    if of is not None:
        query = query.where(trials.c.job.in_(of))
    return {row[0]: JobFigures(*row[1:]) for row in connection.execute(query)}


def active(connection: sa.Connection) -> list[Trial]:
    """Trials of all jobs that have not ended."""
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
    """Move a trial to another state and set further columns.

    Raises :class:`IllegalMoveError` for an illegal transition.
    """
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


def set_curve(connection: sa.Connection, trial: int, curve: CurveRecord) -> None:
    """Store what early stopping or a pause says of a trial that is starting or running."""
    states = [TrialState.STARTING, TrialState.RUNNING]
    query = trials.update().where(trials.c.id == trial, trials.c.state.in_(states))
    connection.execute(query.values(curve=curve.to_json()))


def retry(
    connection: sa.Connection,
    trial: Trial,
    *,
    runs_whole: bool = False,
    resumes: bool = False,
    losses: int = 0,
) -> Trial:
    """Queue an ended trial for another attempt, with the same parameters and a new token.

    The row keeps the times of the last attempt only, so those of this one become events.

    Parameters
    ----------
    runs_whole
        Whether this attempt is not stopped early.
    resumes
        Whether it begins in the folder of the attempt that has ended.
    losses
        As in :class:`CurveRecord`.
    """
    _keep_times(connection, trial)
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
        curve=CurveRecord(
            runs_whole=runs_whole or trial.curve.runs_whole, resumes=resumes, losses=losses
        ).to_json(),
    )


def _keep_times(connection: sa.Connection, trial: Trial) -> None:
    if trial.started_at is not None:
        words = (
            text("The trial has started, attempt {number}.", number=trial.attempt)
            if trial.attempt > 1
            else text("The trial has started.")
        )
        events.add(connection, trial.job, "attempt_started", words, trial=trial.number, at=trial.started_at)
    if trial.ended_at is not None and not events.exists(
        connection, trial.job, f"trial_{trial.state}", trial.number
    ):
        ended = text("Attempt {number} of the trial has ended.", number=trial.attempt)
        events.add(connection, trial.job, "attempt_ended", ended, trial=trial.number, at=trial.ended_at)


def renew_tokens(connection: sa.Connection) -> None:
    """Replace the tokens of all active trials, when another program may have received them."""
    for trial in active(connection):
        token = secrets.token_urlsafe(24)
        connection.execute(trials.update().where(trials.c.id == trial.id).values(token=token))


def star(connection: sa.Connection, job: str, number: int, *, starred: bool) -> None:
    """Set or remove the star of a trial."""
    _set(connection, job, number, starred=int(starred))


def annotate(connection: sa.Connection, job: str, number: int, note: str) -> None:
    """Set the note of a trial."""
    _set(connection, job, number, note=note)


def _set(connection: sa.Connection, job: str, number: int, **columns: Any) -> None:
    query = trials.update().where(trials.c.job == job, trials.c.number == number)
    connection.execute(query.values(**columns))
    revisions.bump_ended_trials(connection, job)


# ---- use of the machine


@dataclass(frozen=True)
class Usage:
    """What the trials of a job use of the machine.

    Attributes
    ----------
    running
        Number of trials that are starting or running.
    without_lease
        Those of them that have neither a GPU nor a slot.
    """

    running: int = 0
    without_lease: int = 0


def usage(connection: sa.Connection, of: Collection[str]) -> dict[str, Usage]:
    """What the trials of some jobs use, by job; jobs without a trial are missing."""
    runs = trials.c.state.in_([TrialState.STARTING, TrialState.RUNNING])
    query = (
        sa.select(
            trials.c.job,
            sa.func.sum(sa.case((runs, 1), else_=0)),
            sa.func.sum(sa.case((sa.and_(runs, trials.c.gpus == "[]"), 1), else_=0)),
        )
        .where(trials.c.job.in_(of))
        .group_by(trials.c.job)
    )
    return {row[0]: Usage(*row[1:]) for row in connection.execute(query)}


# ---- leases


def lease(connection: sa.Connection, trial: int, gpus: list[str]) -> None:
    """Lease GPUs (by UUID) to a trial; the caller checks in the same transaction that they are free."""
    for gpu in gpus:
        connection.execute(leases.insert().values(gpu=gpu, trial=trial))
    connection.execute(trials.update().where(trials.c.id == trial).values(gpus=dumps(gpus)))


def release(connection: sa.Connection, trial: int) -> None:
    """Release the GPUs of a trial."""
    connection.execute(leases.delete().where(leases.c.trial == trial))


def leased(connection: sa.Connection) -> dict[str, int]:
    """Number of trials by leased GPU (UUID)."""
    query = sa.select(leases.c.gpu, sa.func.count()).group_by(leases.c.gpu)
    return {row[0]: row[1] for row in connection.execute(query)}


def _trial(row: sa.Row[Any]) -> Trial:
    value = row.value
    if value is None and row.state == TrialState.SUCCEEDED:
        value = math.nan  # NULL stands for NaN; a trial that succeeded has a value
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
        forecast=Forecast(**json.loads(row.foresight)) if row.foresight else None,
        curve=CurveRecord.from_json(row.curve),
    )
