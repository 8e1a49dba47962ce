"""Jobs in the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bayescore.config import Goal, LocalSettings, OpenBayesConfig
from bayescore.i18n import Text
from bayescore.store import queue, revisions, tables
from bayescore.store.identifiers import new_identifier
from bayescore.store.records import InPlace, Input, Job, JobSummary, Submission, Uncopied, dumps
from bayescore.store.states import JobState, check_job_move
from bayescore.store.tables import jobs
from bayescore.times import now

_LARGE = ("file_text", "config", "local", "inputs", "history", "environment", "uncopied")


def _setting(name: str) -> sa.ColumnElement[str]:
    return sa.func.json_extract(jobs.c.config, f"$.hyper_tuning.{name}")


# SQLite reads two settings from the text of all of them, several times faster than the model parses it.
_SUMMARY = sa.select(
    *(c for c in jobs.c if c.name not in _LARGE),
    _setting("hyperparameter_metric").label("metric"),
    _setting("goal").label("goal"),
)
_SUMMARIES = _SUMMARY.where(jobs.c.changed > sa.bindparam("since")).order_by(jobs.c.seq)


def add(connection: sa.Connection, submission: Submission) -> Job:
    """Store a submitted job as queued."""
    identifier = new_identifier()
    connection.execute(
        jobs.insert().values(
            id=identifier,
            name=submission.name,
            message=submission.message,
            state=JobState.QUEUED,
            project=submission.project,
            file_text=submission.file_text,
            config=submission.config.model_dump_json(),
            local=submission.local.model_dump_json(),
            runner=submission.runner,
            endpoint=submission.endpoint,
            image=submission.image,
            inputs=dumps([asdict(i) for i in submission.inputs]),
            uncopied=dumps(asdict(submission.uncopied)),
            seed=submission.seed,
            max_trials=1 if submission.midpoint else submission.config.hyper_tuning.max_job_count,
            history=dumps(list(submission.history)),
            midpoint=int(submission.midpoint),
            run_since=now(),
            created_at=now(),
            environment=_environment(submission),
        )
    )
    revisions.bump_jobs(connection, identifier)
    return get(connection, identifier)


def add_imported(
    connection: sa.Connection,
    submission: Submission,
    state: JobState,
    count: int,
    began: str | None,
    ended: str | None,
) -> Job:
    """Store a job that ran elsewhere, in its final state; unknown times become the current time."""
    job = add(connection, submission)
    connection.execute(
        jobs.update()
        .where(jobs.c.id == job.id)
        .values(
            state=state,
            max_trials=count,
            created_at=began or job.created_at,
            run_since=began or job.created_at,
            ended_at=ended or job.created_at,
        )
    )
    return get(connection, job.id)


def get(connection: sa.Connection, identifier: str) -> Job:
    """The job with this id; ``KeyError`` when there is none."""
    row = connection.execute(jobs.select().where(jobs.c.id == identifier)).first()
    if row is None:
        raise KeyError(identifier)
    return _job(row)


def find(connection: sa.Connection, prefix: str) -> list[Job]:
    """Jobs whose id starts with ``prefix`` or whose name equals it, newest first."""
    matches = jobs.c.id.startswith(prefix, autoescape=True) | (jobs.c.name == prefix)
    query = jobs.select().where(matches).order_by(jobs.c.seq.desc())
    return [_job(row) for row in connection.execute(query)]


def newest(connection: sa.Connection) -> list[Job]:
    """The newest job, if there is one."""
    query = jobs.select().order_by(jobs.c.seq.desc()).limit(1)
    return [_job(row) for row in connection.execute(query)]


def every(connection: sa.Connection) -> list[Job]:
    """All jobs, newest first."""
    return [_job(row) for row in connection.execute(jobs.select().order_by(jobs.c.seq.desc()))]


def summaries(connection: sa.Connection, since: int = -1) -> tuple[list[JobSummary], int]:
    """Jobs that have changed after a revision, oldest first, and the revision that has been read.

    The default reads all of them.
    """
    rows = connection.execute(_SUMMARIES, {"since": since}).all()
    return [_summary(row) for row in rows], max((int(row.changed) for row in rows), default=since)


def summary(connection: sa.Connection, identifier: str) -> JobSummary:
    """Summary of one job; raises ``KeyError`` when there is no such job."""
    row = connection.execute(_SUMMARY.where(jobs.c.id == identifier)).first()
    if row is None:
        raise KeyError(identifier)
    return _summary(row)


def identifiers(connection: sa.Connection) -> set[str]:
    """Ids of all jobs."""
    return set(connection.execute(sa.select(jobs.c.id)).scalars())


def exists(connection: sa.Connection, identifier: str) -> bool:
    """Whether there is a job with this id."""
    return connection.execute(sa.select(jobs.c.seq).where(jobs.c.id == identifier)).first() is not None


def active(connection: sa.Connection) -> list[Job]:
    """Jobs that have not ended, oldest first."""
    query = jobs.select().where(jobs.c.state.in_([s for s in JobState if not s.ended])).order_by(jobs.c.seq)
    return [_job(row) for row in connection.execute(query)]


def endpoints(connection: sa.Connection) -> list[str]:
    """Endpoints of the container engines that jobs have used."""
    query = sa.select(jobs.c.endpoint).where(jobs.c.endpoint.is_not(None)).distinct()
    return [str(row[0]) for row in connection.execute(query)]


def move(connection: sa.Connection, identifier: str, state: JobState, reason: Text | None = None) -> Job:
    """Move a job to another state; raises :class:`IllegalMoveError` for an illegal transition."""
    check_job_move(get(connection, identifier).state, state)
    revisions.bump_jobs(connection, identifier)
    connection.execute(
        jobs.update()
        .where(jobs.c.id == identifier)
        .values(
            state=state,
            reason=reason.to_json() if reason else None,
            ended_at=now() if state.ended else None,
        )
    )
    return get(connection, identifier)


def start(connection: sa.Connection, identifier: str) -> Job:
    """Move a queued job to running. Its time begins now: it may have waited for others."""
    connection.execute(jobs.update().where(jobs.c.id == identifier).values(run_since=now()))
    return move(connection, identifier, JobState.RUNNING)


def remove(connection: sa.Connection, identifier: str) -> None:
    """Delete a job and everything that belongs to it."""
    job = get(connection, identifier)
    revisions.bump_jobs(connection, identifier)
    revisions.remove(connection, identifier)
    trial_ids = sa.select(tables.trials.c.id).where(tables.trials.c.job == identifier)
    for table in (tables.leases, tables.spooled, tables.logged_parameters):
        connection.execute(table.delete().where(table.c.trial.in_(trial_ids)))
    connection.execute(tables.points.delete().where(tables.points.c.job == job.seq))
    for table in (tables.wants, tables.events, tables.trials):
        connection.execute(table.delete().where(table.c.job == identifier))
    connection.execute(jobs.delete().where(jobs.c.id == identifier))


def extend(connection: sa.Connection, identifier: str, max_trials: int) -> None:
    """Change the number of trials of a job."""
    revisions.bump_jobs(connection, identifier)
    connection.execute(jobs.update().where(jobs.c.id == identifier).values(max_trials=max_trials))


def change(
    connection: sa.Connection,
    identifier: str,
    config: OpenBayesConfig,
    local: LocalSettings,
    max_trials: int,
) -> None:
    """Replace the settings of a job; what trials have begun with is not touched."""
    revisions.bump_jobs(connection, identifier)
    values = {
        "config": config.model_dump_json(),
        "local": local.model_dump_json(),
        "max_trials": max_trials,
    }
    connection.execute(jobs.update().where(jobs.c.id == identifier).values(**values))


def mark(
    connection: sa.Connection,
    identifier: str,
    *,
    name: str | None = None,
    note: str | None = None,
    tags: Sequence[str] | None = None,
    archived: bool | None = None,
) -> None:
    """Change what the user says about a job; ``None`` leaves it as it is."""
    given = {
        "name": name,
        "note": note,
        "tags": None if tags is None else dumps(list(tags)),
        "archived": None if archived is None else int(archived),
    }
    columns = {column: value for column, value in given.items() if value is not None}
    if columns:
        revisions.bump_jobs(connection, identifier)
        connection.execute(jobs.update().where(jobs.c.id == identifier).values(**columns))


def set_baseline(connection: sa.Connection, identifier: str, trial: int | None) -> None:
    """Choose the trial, by its number, to compare others with; ``None`` for the baseline of the settings."""
    revisions.bump_jobs(connection, identifier)
    connection.execute(jobs.update().where(jobs.c.id == identifier).values(baseline=trial))


def begin_run(connection: sa.Connection, identifier: str) -> Job:
    """Begin another run of a job; one that has ended is queued again and is no longer archived."""
    revisions.bump_jobs(connection, identifier)
    connection.execute(jobs.update().where(jobs.c.id == identifier).values(run_since=now(), archived=0))
    job = get(connection, identifier)
    if not job.state.ended:
        return job
    job = move(connection, identifier, JobState.QUEUED)
    queue.append(connection, identifier)
    return job


def _environment(submission: Submission) -> str | None:
    """The environment as JSON in ASCII: its bytes that are no text have no form in UTF-8 (PEP 383)."""
    return None if submission.environment is None else json.dumps(dict(submission.environment))


def _job(row: sa.Row[Any]) -> Job:
    submission = Submission(
        name=row.name,
        project=row.project,
        file_text=row.file_text,
        config=OpenBayesConfig.model_validate_json(row.config),
        local=LocalSettings.model_validate_json(row.local),
        runner=row.runner,
        seed=row.seed,
        endpoint=row.endpoint,
        image=row.image,
        message=row.message,
        inputs=tuple(Input(**i) for i in json.loads(row.inputs)),
        uncopied=_uncopied(json.loads(row.uncopied)),
        history=tuple(json.loads(row.history)),
        midpoint=bool(row.midpoint),
        environment=None if row.environment is None else json.loads(row.environment),
    )
    return Job(
        row.seq,
        row.id,
        submission,
        JobState(row.state),
        Text.from_json(row.reason) if row.reason else None,
        row.max_trials,
        row.run_since,
        row.created_at,
        row.ended_at,
        _note(row),
        _tags(row),
        bool(row.archived),
        row.baseline,
    )


def _summary(row: Any) -> JobSummary:
    return JobSummary(
        row.seq,
        row.id,
        row.name,
        _note(row),
        _tags(row),
        bool(row.archived),
        JobState(row.state),
        Text.from_json(row.reason) if row.reason else None,
        row.project,
        row.runner,
        str(row.metric),
        Goal(row.goal),
        row.max_trials,
        row.created_at,
        row.ended_at,
    )


def _note(row: sa.Row[Any]) -> str:
    return str(row.message if row.note is None else row.note)


def _tags(row: sa.Row[Any]) -> tuple[str, ...]:
    return tuple(str(tag) for tag in json.loads(row.tags))


def _uncopied(found: dict[str, Any]) -> Uncopied:
    """What is stored of a job's project; ``{}`` for a job of an earlier version, which copied everything."""
    in_place = tuple(InPlace(**entry) for entry in found.get("in_place", ()))
    return Uncopied(in_place, tuple(str(path) for path in found.get("outputs", ())))
