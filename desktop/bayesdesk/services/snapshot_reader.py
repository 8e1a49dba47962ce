"""Reads the store for the window, off the GUI thread: each time only what is new."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import sqlalchemy as sa

from bayescore.app import lineage
from bayescore.app.lineage import EarlierJob
from bayescore.results import best, ended_count, time_left
from bayescore.store import Database, Event, Job, Trial, events, jobs, revisions, settings, transfers, trials
from bayesdesk.models.snapshot import JobRow, JobView
from bayesdesk.services.series import SeriesReader

_ESTIMATE_S = 1.0  # for which an estimate of the time left is kept


class SnapshotReader:
    """Keeps what it has read; what it returns shares the objects that have not changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: dict[str, Job] = {}  # by id, newest first
        self._revision: tuple[object, ...] | None = None
        self._trials: dict[str, _Trials] = {}  # of jobs that have not ended, and of those that were viewed
        self._ended: dict[str, JobRow] = {}
        self._details: dict[str, _Details] = {}  # of jobs that were viewed

    def rows(self) -> tuple[JobRow, ...]:
        """Every job, newest first."""
        return self.read(None)[0]

    def view(self, identifier: str) -> JobView:
        """One job with its trials, points and events; ``KeyError`` when there is no such job."""
        with self._database.read() as connection:
            self._read_jobs(connection)
            return self._view(connection, self._jobs[identifier])

    def read(self, identifier: str | None) -> tuple[tuple[JobRow, ...], JobView | None]:
        """Every job, and one of them as a whole if it exists, as they are at one moment."""
        with self._database.read() as connection:
            self._read_jobs(connection)
            job = self._jobs.get(identifier) if identifier is not None else None
            view = self._view(connection, job) if job is not None else None
            return self._rows(connection, read_already=job), view

    # ---- jobs

    def _read_jobs(self, connection: sa.Connection) -> None:
        revision = revisions.of_jobs(connection)
        if revision == self._revision:
            return
        found = {job.id: job for job in jobs.every(connection)}
        for identifier, job in found.items():
            before = self._jobs.get(identifier)
            if before is not None and before.seq != job.seq:
                self._forget(identifier)
            elif before == job:
                found[identifier] = before
        for identifier in self._jobs.keys() - found.keys():
            self._forget(identifier)
        self._jobs, self._revision = found, revision

    def _forget(self, identifier: str) -> None:
        for kept in (self._trials, self._ended, self._details):
            kept.pop(identifier, None)

    def _rows(self, connection: sa.Connection, read_already: Job | None) -> tuple[JobRow, ...]:
        is_new = any(job.state.ended and self._ended_row(job) is None for job in self._jobs.values())
        ended = trials.ended_counts(connection) if is_new else {}
        rows = []
        for job in self._jobs.values():
            if job.state.ended:
                row = self._ended_row(job) or _ended_row(connection, job, ended.get(job.id, 0))
                self._ended[job.id] = row
                if job is not read_already:
                    self._trials.pop(job.id, None)
            else:
                its = self._trials_of(job)
                if job is not read_already:
                    its.read(connection, revisions.of_job(connection, job.id)[0])
                row = JobRow(job, its.ended, its.best, its.seconds_left())
            rows.append(row)
        return tuple(rows)

    def _ended_row(self, job: Job) -> JobRow | None:
        known = self._ended.get(job.id)
        return known if known is not None and known.job is job else None

    # ---- one job

    def _view(self, connection: sa.Connection, job: Job) -> JobView:
        details = self._details.setdefault(job.id, _Details(job))
        its = self._trials_of(job)
        of_trials, of_points = revisions.of_job(connection, job.id)
        its.read(connection, of_trials)
        details.read(connection, its.every, of_points)
        has_ended = job.state.ended
        pulled = None if its.every or has_ended else _pulled(connection, job.id)
        return JobView(
            job,
            its.every,
            details.points.series,
            details.events,
            its.best,
            None if has_ended else its.seconds_left(),
            details.points.is_whole,
            pulled,
            None if has_ended else transfers.get(connection, job.id),
            details.continued(connection, self._revision),
        )

    def _trials_of(self, job: Job) -> _Trials:
        known = self._trials.setdefault(job.id, _Trials(job))
        known.job = job
        return known


class _Trials:
    """The trials of one job, and what is computed from them."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.every: tuple[Trial, ...] = ()
        self.ended = 0
        self.best: Trial | None = None
        self._by_id: dict[int, Trial] = {}
        self._newest = 0
        self._unended: set[int] = set()
        self._revision: str | None = "unread"
        self._estimate: tuple[float, Job, float | None] | None = None

    def read(self, connection: sa.Connection, revision: str | None) -> None:
        """Read new trials and those that had not ended; all of them after a change of the others."""
        if revision != self._revision:
            found = trials.of_job(connection, self.job.id)
            self._revision = revision
        else:
            found = trials.changed_of(connection, self.job.id, self._newest, self._unended)
        changed = [t for t in found if self._by_id.get(t.id) != t]
        if not changed:
            return
        self._by_id.update((t.id, t) for t in changed)
        self.every = tuple(sorted(self._by_id.values(), key=lambda t: t.number))
        self._newest = max(self._by_id)
        self._unended = {t.id for t in self.every if not t.state.ended}
        self.ended = ended_count(self.every)
        self.best = best(self.every, self.job.config.hyper_tuning.goal)
        self._estimate = None

    def seconds_left(self) -> float | None:
        """The time left, estimated anew when trials have changed and once a second."""
        now = time.monotonic()
        known = self._estimate
        if known is None or known[1] is not self.job or now - known[0] > _ESTIMATE_S:
            known = self._estimate = (now, self.job, time_left(self.job, self.every))
        return known[2]


@dataclass
class _Details:
    """The points and events of one job."""

    job: Job
    events: tuple[Event, ...] = ()
    deletions: str | None = None
    _continued: tuple[tuple[object, ...] | None, tuple[EarlierJob, ...]] | None = None

    def __post_init__(self) -> None:
        self.points = SeriesReader(self.job.seq)

    def continued(
        self, connection: sa.Connection, revision: tuple[object, ...] | None
    ) -> tuple[EarlierJob, ...]:
        """The jobs that this one continues, read again when a job has been stored or deleted."""
        history = self.job.submission.history
        if history and (self._continued is None or self._continued[0] != revision):
            self._continued = (revision, lineage.continued(connection, history))
        return self._continued[1] if self._continued is not None else ()

    def read(self, connection: sa.Connection, its: tuple[Trial, ...], deletions: str | None) -> None:
        """Read what is new; every point again when some were deleted."""
        if deletions != self.deletions:
            self.points = SeriesReader(self.job.seq)
            self.deletions = deletions
        self.points.read(connection, its)
        cursor = self.events[-1].seq if self.events else 0
        if new := events.of_job(connection, self.job.id, cursor):
            self.events = (*self.events, *new)


def _ended_row(connection: sa.Connection, job: Job, ended: int) -> JobRow:
    """The row of a job that has ended: of its trials only the best is read."""
    maximize = job.config.hyper_tuning.goal == "MAXIMIZE"
    return JobRow(job, ended, trials.best(connection, job.id, maximize=maximize), None)


def _pulled(connection: sa.Connection, job: str) -> float | None:
    written = settings.get(connection, transfers.pull_key(job))
    return float(json.loads(written)["share"]) if written else None
