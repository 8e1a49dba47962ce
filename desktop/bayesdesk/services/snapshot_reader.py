"""Reads the store for the window, off the GUI thread: each time only what is new."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from bayescore.app import lineage
from bayescore.app.lineage import EarlierJob
from bayescore.queue.standing import QUEUE_SETTINGS, queue_of
from bayescore.results import EarlyStops, best, budget_left, early_stops, ended_count, time_left
from bayescore.results.job_texts import opening_of
from bayescore.store import (
    Database,
    Event,
    Job,
    JobFigures,
    JobState,
    JobSummary,
    Trial,
    TrialState,
    events,
    jobs,
    revisions,
    settings,
    transfers,
    trials,
)
from bayescore.times import now, utc
from bayescore.trials.gpus import Gpu
from bayesdesk.models.snapshot import Budget, JobRow, JobView, QueuePlace
from bayesdesk.services.series import SeriesReader

_MOST_VIEWED = 3  # jobs whose points and events stay in memory: each may have millions of points
_ESTIMATE_S = 1.0  # for which an estimate of the time left, and what is left of a budget, are kept
_QUEUE_S = 5.0  # for which the estimates of the queue are kept
_MOST_NAMED = 500  # jobs whose figures are read by id; of more, the trials of all jobs are read at once
_FAILED = (TrialState.FAILED, TrialState.LOST)


class SnapshotReader:
    """Keeps what it has read; what it returns shares the objects that have not changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._summaries: dict[str, JobSummary] = {}  # by id, newest first
        self._read_until = -1  # revision of the newest summary
        self._revision: tuple[object, ...] | None = None
        self._jobs: dict[str, Job] = {}  # of jobs that have not ended, and of those that were viewed
        self._trials: dict[str, _Trials] = {}  # of the same jobs
        self._live: dict[str, JobSummary] = {}  # jobs that have not ended
        self._rows: dict[str, JobRow] = {}
        self._listed: tuple[JobRow, ...] | None = None  # the rows, newest first
        self._details: dict[str, _Details] = {}  # of jobs that were viewed, the last one at the end
        self._queue = _QueueReader()

    def set_gpus(self, gpus: Sequence[Gpu]) -> None:
        """Tell which GPUs this machine has: a driver may take seconds to list them."""
        self._queue.gpus = tuple(gpus)

    def rows(self) -> tuple[JobRow, ...]:
        """Every job, newest first."""
        return self.read(None)[0]

    def view(self, identifier: str) -> JobView:
        """One job with its trials, points and events; ``KeyError`` when there is no such job."""
        with self._database.read() as connection:
            self._read_jobs(connection)
            if identifier not in self._summaries:
                raise KeyError(identifier)
            return self._view(connection, self._job(connection, identifier))

    def read(self, identifier: str | None) -> tuple[tuple[JobRow, ...], JobView | None]:
        """Every job, and one of them as a whole if it exists, as they are at one moment."""
        with self._database.read() as connection:
            self._read_jobs(connection)
            is_known = identifier is not None and identifier in self._summaries
            job = self._job(connection, identifier) if identifier is not None and is_known else None
            view = self._view(connection, job) if job is not None else None
            return self._all_rows(connection, read_already=identifier), view

    # ---- jobs

    def _read_jobs(self, connection: sa.Connection) -> None:
        """Read the summaries of jobs that have changed, and forget those that are gone."""
        revision = revisions.of_jobs(connection)
        if revision == self._revision:
            return
        for job in (changed := self._changed(connection, int(str(revision[2] or 0)))):
            self._rows.pop(job.id, None)
            self._jobs.pop(job.id, None)
        known = {**self._summaries, **{job.id: job for job in changed}}
        if len(known) != revision[0]:
            present = jobs.identifiers(connection)
            for identifier in known.keys() - present:
                self._forget(identifier)
            known = {identifier: job for identifier, job in known.items() if identifier in present}
        self._summaries = {j.id: j for j in sorted(known.values(), key=lambda j: j.seq, reverse=True)}
        self._revision = revision
        self._listed = None

    def _changed(self, connection: sa.Connection, revision: int) -> list[JobSummary]:
        changed, self._read_until = jobs.summaries(connection, self._read_until)
        if revision > self._read_until:  # a job was deleted, or an engine of an earlier version changed one
            self._read_until = revision
            every, _marked = jobs.summaries(connection)
            changed = [job for job in every if self._summaries.get(job.id) != job]
        return changed

    def _forget(self, identifier: str) -> None:
        for kept in (self._rows, self._jobs, self._trials, self._details):
            kept.pop(identifier, None)

    def _job(self, connection: sa.Connection, identifier: str) -> Job:
        if identifier not in self._jobs:
            self._jobs[identifier] = jobs.get(connection, identifier)
        return self._jobs[identifier]

    def _all_rows(self, connection: sa.Connection, read_already: str | None) -> tuple[JobRow, ...]:
        """The rows; the same tuple while none has changed."""
        if self._listed is None:
            self._read_ended(connection)
        for identifier in [i for i in self._trials if i != read_already and i not in self._live]:
            del self._trials[identifier]
            self._jobs.pop(identifier, None)
        live = {
            identifier: self._live_row(connection, job, is_read=identifier == read_already)
            for identifier, job in self._live.items()
        }
        places = self._queue.read(connection, {i: self._trials[i] for i in live}) if live else {}
        for identifier, found in live.items():
            row = replace(found, place=places.get(identifier))
            if row != self._rows.get(identifier):
                self._rows[identifier] = row
                self._listed = None
        if self._listed is None:
            self._listed = tuple(self._rows[identifier] for identifier in self._summaries)
        return self._listed

    def _read_ended(self, connection: sa.Connection) -> None:
        """Read the figures of ended jobs that are new or have changed."""
        new = [job for job in self._summaries.values() if job.state.ended and job.id not in self._rows]
        named = [job.id for job in new] if len(new) <= _MOST_NAMED else None
        figures = trials.figures(connection, named) if new else {}
        for job in new:
            its = figures.get(job.id, JobFigures())
            self._rows[job.id] = JobRow(job, its.ended, its.best(job.goal), None, its.failed, its.stopped)
        self._live = {job.id: job for job in self._summaries.values() if not job.state.ended}

    def _live_row(self, connection: sa.Connection, job: JobSummary, *, is_read: bool) -> JobRow:
        its = self._trials_of(self._job(connection, job.id))
        if not is_read:
            its.read(connection, revisions.of_job(connection, job.id)[0])
        winner, (left, budget) = its.best.value if its.best else None, its.time_and_budget()
        stopped = its.early_stops.count
        opening = opening_of(its.job, utc())
        return JobRow(job, its.ended, winner, left, its.failed, stopped, budget, its.chances, opening)

    # ---- one job

    def _view(self, connection: sa.Connection, job: Job) -> JobView:
        details = self._details_of(job)
        its = self._trials_of(job)
        of_trials, of_points = revisions.of_job(connection, job.id)
        its.read(connection, of_trials)
        details.read(connection, its.every, of_points)
        has_ended = job.state.ended
        pulled = None if its.every or has_ended else _pulled(connection, job.id)
        left, budget = (None, None) if has_ended else its.time_and_budget()
        return JobView(
            job,
            its.every,
            details.points.series,
            details.events,
            its.best,
            left,
            details.points.is_whole,
            pulled,
            None if has_ended else transfers.get(connection, job.id),
            details.continued(connection, self._revision),
            its.early_stops,
            budget,
            opening_of(job, utc()),
        )

    def _details_of(self, job: Job) -> _Details:
        """What was read of a job, which is kept for the jobs that were viewed last."""
        details = self._details.pop(job.id, None) or _Details(job)
        while len(self._details) >= _MOST_VIEWED:
            del self._details[next(iter(self._details))]
        self._details[job.id] = details
        return details

    def _trials_of(self, job: Job) -> _Trials:
        known = self._trials.setdefault(job.id, _Trials(job))
        known.job = job
        return known


class _Trials:
    """The trials of one job, and what is computed from them."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.every: tuple[Trial, ...] = ()
        self.ended = self.failed = 0
        self.best: Trial | None = None
        self.early_stops = EarlyStops()
        self.chances: dict[int, float] = {}  # by number of a running trial
        self._by_id: dict[int, Trial] = {}
        self._newest = 0
        self._unended: set[int] = set()
        self._revision: str | None = "unread"
        self._estimate: tuple[float, Job, float | None, Budget | None] | None = None

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
        self.failed = sum(t.state in _FAILED for t in self.every)
        self.best = best(self.every, self.job.config.hyper_tuning.goal)
        self.early_stops = early_stops(self.every)
        running = (t for t in self.every if not t.state.ended)
        self.chances = {t.number: f.chance for t in running if (f := t.curve.forecast) is not None}
        self._estimate = None

    def time_and_budget(self) -> tuple[float | None, Budget | None]:
        """The time left and the budget, computed anew when trials have changed and once a second."""
        moment, known = time.monotonic(), self._estimate
        if known is None or known[1] is not self.job or moment - known[0] > _ESTIMATE_S:
            left, budget = time_left(self.job, self.every), self._budget()
            if left is not None and budget is not None and budget.left.seconds is not None:
                left = min(left, max(0.0, budget.left.seconds))
            known = self._estimate = (moment, self.job, left, budget)
        return known[2], known[3]

    def _budget(self) -> Budget | None:
        local = self.job.local
        has_limit = local.max_hours is not None or local.max_gpu_hours is not None
        if not has_limit or self.job.state is not JobState.RUNNING:
            return None
        return Budget(local.max_hours, local.max_gpu_hours, budget_left(self.job, self.every, now()))


class _QueueReader:
    """The places of the jobs in the queue, computed anew when something has changed, or after a while."""

    def __init__(self) -> None:
        self.gpus: tuple[Gpu, ...] = ()
        self._known: tuple[float, object, dict[str, QueuePlace]] | None = None

    def read(self, connection: sa.Connection, live: Mapping[str, _Trials]) -> dict[str, QueuePlace]:
        """The places, by the id of a job."""
        state = (
            settings.several(connection, QUEUE_SETTINGS),
            [gpu.uuid for gpu in self.gpus],
            [
                (its.job, its.ended, [(t.number, t.state) for t in its.every if not t.state.ended])
                for its in live.values()
            ],
        )
        moment = time.monotonic()
        if self._known is None or self._known[1] != state or moment - self._known[0] > _QUEUE_S:
            self._known = (moment, state, self._compute(connection, live))
        return self._known[2]

    def _compute(self, connection: sa.Connection, live: Mapping[str, _Trials]) -> dict[str, QueuePlace]:
        members = {identifier: (its.job, its.every) for identifier, its in live.items()}
        found: dict[str, QueuePlace] = {}
        for index, standing in enumerate(queue_of(connection, members, self.gpus).standings):
            hold, begins = standing.hold, standing.begins_at
            ahead = "" if hold is None or hold.job is None else members[hold.job][0].submission.name
            begins = None if begins is None else math.ceil(begins / 60.0) * 60.0
            found[standing.job.id] = QueuePlace(
                index, standing.in_order, standing.running, hold, ahead, begins
            )
        return found


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


def _pulled(connection: sa.Connection, job: str) -> float | None:
    written = settings.get(connection, transfers.pull_key(job))
    return float(json.loads(written)["share"]) if written else None
