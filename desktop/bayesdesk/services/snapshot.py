"""What the store says, read for the window: values without Qt, made off the GUI thread."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bayescore.config import Goal
from bayescore.i18n import Text
from bayescore.results import best, time_left
from bayescore.store import Database, Event, Job, Trial, events, jobs, points, settings, transfers, trials

_READING_S = 0.12  # so long is read before a first picture is shown
_PART = 100_000  # points at a time
Series = Mapping[int, Mapping[str, NDArray[np.float64]]]


@dataclass(frozen=True)
class JobRow:
    """A job as the list shows it; ``seconds_left`` is ``None`` while nobody knows."""

    job: Job
    done: int
    best: Trial | None
    seconds_left: float | None


@dataclass(frozen=True)
class JobView:
    """Everything that a job's page shows.

    Attributes
    ----------
    series
        By trial id and metric: values in order of arrival, each of shape (n,).
    is_whole
        Whether every point is there; of a large job the first views come before that.
    pulled
        Share of the image that has come, 0 to 1, while it is being pulled.
    transfer
        What is on its way between machines, and the share of it that has arrived.
    """

    job: Job
    trials: tuple[Trial, ...]
    series: Series
    events: tuple[Event, ...]
    best: Trial | None
    seconds_left: float | None
    is_whole: bool = True
    pulled: float | None = None
    transfer: tuple[Text, float] | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of every metric that was reported, the objective first, then the side metrics."""
        first = (self.job.metric, *self.job.config.hyper_tuning.side_metrics)
        seen = dict.fromkeys(name for by_name in self.series.values() for name in by_name)
        return tuple(dict.fromkeys([*(n for n in first if n in seen), *seen]))


@dataclass
class _Known:
    """What has been read of one job so far."""

    cursor: int = 0
    count: int = 0
    attempts: dict[int, int] = field(default_factory=dict)
    arrays: dict[int, dict[str, NDArray[np.float64]]] = field(default_factory=dict)

    def take(self, part: points.PointColumns) -> None:
        """Append points to the series of their trials' newest attempts."""
        self.cursor = int(part.seq[-1])
        self.count += len(part.seq)
        present = np.unique(part.trial)
        newest = np.array([self.attempts.get(int(t), -1) for t in present])
        current = part.attempt == newest[np.searchsorted(present, part.trial)]
        trial, metric, value = part.trial[current], part.metric[current], part.value[current]
        order = np.lexsort((metric, trial))  # stable: the order of arrival stays within each series
        trial, metric, value = trial[order], metric[order], value[order]
        changes = np.flatnonzero((np.diff(trial) != 0) | (np.diff(metric) != 0)) + 1
        for piece in np.split(np.arange(len(value)), changes):
            if len(piece):
                series = self.arrays.setdefault(int(trial[piece[0]]), {})
                name = part.names[int(metric[piece[0]])]
                before = series.get(name)
                new = value[piece]
                series[name] = new.copy() if before is None else np.concatenate([before, new])


class SnapshotReader:
    """Reads the store again and again, each time only what is new."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, _Known] = {}
        self._ended: dict[str, JobRow] = {}

    def rows(self) -> tuple[JobRow, ...]:
        """Every job, newest first."""
        with self._database.read() as connection:
            every = jobs.every(connection)
            news = any(job.state.ended and self._known_row(job) is None for job in every)
            ended = trials.ended_counts(connection) if news else {}
            found = [self._row(connection, job, ended.get(job.id, 0)) for job in every]
        self._ended = {row.job.id: row for row in found if row.job.state.ended}
        return tuple(found)

    def _known_row(self, job: Job) -> JobRow | None:
        known = self._ended.get(job.id)
        return known if known is not None and known.job == job else None

    def _row(self, connection: sa.Connection, job: Job, ended: int) -> JobRow:
        """A job's row; nothing of an ended job is read twice, and of its trials only the best."""
        if (known := self._known_row(job)) is not None:
            return known
        goal = job.config.hyper_tuning.goal
        if job.state.ended:
            winner = trials.best(connection, job.id, maximize=goal is Goal.MAXIMIZE)
            return JobRow(job, ended, winner, None)
        its = trials.of_job(connection, job.id)
        return JobRow(job, sum(t.state.ended for t in its), best(its, goal), time_left(job, its))

    def view(self, identifier: str) -> JobView:
        """One job with its trials, points and events; ``KeyError`` when it is gone."""
        with self._database.read() as connection:
            job = jobs.get(connection, identifier)
            its = tuple(trials.of_job(connection, identifier))
            happened = tuple(events.of_job(connection, identifier))
            pulled = None if its or job.state.ended else _pulled(connection, identifier)
            transfer = None if job.state.ended else transfers.get(connection, identifier)
            known = self._caught_up(identifier, {t.id: t.attempt for t in its})
            is_whole = self._read_on(connection, job.seq, known)
            if is_whole and points.count(connection, job.seq) != known.count:
                del self._known[identifier]  # a program has cleared a metric: begin anew
                return self.view(identifier)
        return JobView(
            job,
            its,
            {trial: dict(by_name) for trial, by_name in known.arrays.items()},
            happened,
            best(its, job.config.hyper_tuning.goal),
            None if job.state.ended else time_left(job, its),
            is_whole,
            pulled,
            transfer,
        )

    @staticmethod
    def _read_on(connection: sa.Connection, job_seq: int, known: _Known) -> bool:
        """Take in what is new, for a while; whether that was all."""
        began = time.monotonic()
        while time.monotonic() - began < _READING_S:
            part = points.columns_since(connection, job_seq, known.cursor, _PART)
            if not len(part.seq):
                return True
            known.take(part)
        return False

    def _caught_up(self, identifier: str, attempts: dict[int, int]) -> _Known:
        """What is known of a job; nothing any more when a trial has been run again."""
        known = self._known.setdefault(identifier, _Known())
        if any(attempts.get(trial) != attempt for trial, attempt in known.attempts.items()):
            known = self._known[identifier] = _Known()
        known.attempts = attempts
        return known


def _pulled(connection: sa.Connection, job: str) -> float | None:
    written = settings.get(connection, transfers.pull_key(job))
    return float(json.loads(written)["share"]) if written else None
