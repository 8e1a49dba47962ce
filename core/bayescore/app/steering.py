"""Requests that steer a job: a trial with chosen parameters, other settings, a pause."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from bayescore.app import engine_control, gpu_lending
from bayescore.app.job_requests import check_can_run, confirm_and_save_secrets
from bayescore.app.lookup import find_trial, job_by_id
from bayescore.app.options import parse_gpus
from bayescore.app.parameter_values import parse_assignments
from bayescore.app.permissions import Permission
from bayescore.config import JobChange, KnownSet
from bayescore.config.job_change import NO_LIMIT
from bayescore.config.local import RunnerChoice, parse_duration
from bayescore.errors import ConfigError
from bayescore.i18n import text
from bayescore.results.job_changes import wrong_value
from bayescore.store import Database, Job, JobState, requests
from bayescore.trials.gpus import visible


def add_trial(
    database: Database,
    identifier: str,
    assignments: Sequence[str],
    like: int | None = None,
    confirmed: Collection[Permission] = (),
) -> KnownSet:
    """Request a trial with chosen parameters; a job that has ended continues for it.

    Parameters
    ----------
    assignments
        ``NAME=VALUE``; the values may lie outside their ranges.
    like
        Number of the trial from which the other parameters are taken; ``None`` leaves them to the search.
    confirmed
        What the user was shown and allowed.

    Returns
    -------
    KnownSet
        What was chosen.

    Raises
    ------
    ConfigError
        When there is no such job, trial or parameter, a value is of another type, nothing is chosen, or the
        job cannot run here.
    UnconfirmedError, StoreError, RunnerError
        As for :func:`bayescore.app.job_requests.continue_job`.
    """
    job = job_by_id(database, identifier)
    check_can_run(job)
    tuning = job.config.hyper_tuning
    others = find_trial(database, job, like).parameters if like is not None else {}
    names = {spec.name for spec in tuning.parameter_specs}
    given = {name: value for name, value in others.items() if name in names}
    chosen = {**given, **parse_assignments(tuning, assignments)}
    if not chosen:
        raise ConfigError(text("Name at least one parameter, like “learning_rate=0.001”."))
    known = KnownSet(parameters=chosen, by_hand=True)
    confirm_and_save_secrets(database, job, confirmed)
    with database.write() as connection:
        requests.add(connection, job.id, requests.ADD, data=known.model_dump())
    engine_control.start(database.folder)
    return known


def change_job(database: Database, identifier: str, change: JobChange) -> None:
    """Request other settings for a job that has not ended; what runs is not touched.

    Raises
    ------
    ConfigError
        When there is no such job, it has ended, or nothing is to change.
    StoreError, RunnerError
        When the request cannot be stored, or the engine does not start.
    """
    job = job_by_id(database, identifier)
    if job.state.ended:
        raise ConfigError(
            text("Job {id} has already ended.", id=job.id),
            text("Continue it: bayesdesk continue {id} --trials 10", id=job.id),
        )
    data = change.model_dump(exclude_none=True)
    if not data:
        raise ConfigError(text("Give at least one change, such as --parallel or --count."))
    _check_gpus(job, change)
    with database.write() as connection:
        requests.add(connection, job.id, requests.CHANGE, data=data)
    engine_control.start(database.folder)


def _check_gpus(job: Job, change: JobChange) -> None:
    """Refuse GPUs that are not on this machine: the job would end with the next trial."""
    if not isinstance(change.gpus, tuple) or job.submission.runner == RunnerChoice.RAY:
        return
    gpu_lending.named(visible(), change.gpus)


def checked_change(
    *, gpus: str | None = None, trial_timeout: str | None = None, **given: object
) -> JobChange:
    """A change from what the user gave; ``None`` stays as it is.

    Parameters
    ----------
    gpus
        As :func:`bayescore.app.options.parse_gpus` reads them.
    trial_timeout
        A duration like ``2h``, or ``none``.
    **given
        The other attributes of :class:`JobChange`, also as text.

    Raises
    ------
    ConfigError
        When a value is of another kind or out of its range.
    """
    given["gpus"] = parse_gpus(gpus) if gpus else None
    given["trial_timeout"] = trial_timeout
    if trial_timeout is not None and trial_timeout != NO_LIMIT:
        given["trial_timeout"] = parse_duration(trial_timeout)
        if not given["trial_timeout"]:
            raise ConfigError(*wrong_value("trial_timeout", trial_timeout))
    try:
        return JobChange.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise ConfigError(*wrong_value(name, given.get(name))) from None


def pause(database: Database, identifier: str, *, now: bool = False) -> None:
    """Request that a job begins no more trials; it then holds no GPU.

    Parameters
    ----------
    now
        Also end the trials that run. They begin again when the job is resumed, with the same parameters and
        in the folder as they left it.

    Raises
    ------
    ConfigError
        When there is no such job, or it has ended.
    StoreError, RunnerError
        When the request cannot be stored, or the engine does not start.
    """
    request(database, identifier, requests.PAUSE, {"now": now})


def resume(database: Database, identifier: str, at: str | None = None) -> None:
    """Request that a paused job continues.

    Parameters
    ----------
    at
        When, as :func:`parse_time` returns it; ``None`` for at once.

    Raises
    ------
    ConfigError
        When there is no such job, or it is not paused.
    StoreError, RunnerError
        As for :func:`pause`.
    """
    job = job_by_id(database, identifier)
    if job.state is not JobState.PAUSED:
        raise ConfigError(text("Job {id} is not paused.", id=job.id))
    request(database, identifier, requests.RESUME, {} if at is None else {"at": at})


def parse_time(written: str, moment: datetime) -> str:
    """A time that is to come, from ``18:00`` or ``2026-12-31 08:30`` in the local time zone.

    Raises
    ------
    ConfigError
        When it is neither, or has passed.
    """
    wrong = ConfigError(
        text("“{written}” is no time to come: write it like 18:00 or 2026-12-31 08:30.", written=written)
    )
    try:
        clock = datetime.strptime(written.strip(), "%H:%M").time()
        found = datetime.combine(moment.astimezone().date(), clock).astimezone()
        if found <= moment:
            found = datetime.combine(found.date() + timedelta(days=1), clock).astimezone()
    except ValueError:
        try:
            found = datetime.fromisoformat(written.strip()).astimezone()
        except (ValueError, OverflowError):
            raise wrong from None
    if found <= moment:
        raise wrong
    return found.astimezone(UTC).isoformat(timespec="microseconds")


def request(database: Database, identifier: str, kind: str, data: Mapping[str, object]) -> None:
    """Store a request about a job that has not ended, and start the engine if none runs.

    Raises
    ------
    ConfigError
        When there is no such job, or it has ended.
    StoreError, RunnerError
        When the request cannot be stored, or the engine does not start.
    """
    job = unended_job(database, identifier)
    with database.write() as connection:
        requests.add(connection, job.id, kind, data=data)
    engine_control.start(database.folder)


def unended_job(database: Database, identifier: str) -> Job:
    """A job that has not ended.

    Raises
    ------
    ConfigError
        When there is no such job, or it has ended.
    """
    job = job_by_id(database, identifier)
    if job.state.ended:
        raise ConfigError(text("Job {id} has already ended.", id=job.id))
    return job
