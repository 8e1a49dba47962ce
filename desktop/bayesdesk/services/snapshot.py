"""What the store says, read for the window: values without Qt, made off the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bayescore.results import best, time_left
from bayescore.store import Database, Event, Job, Trial, jobs, notes, points, trials

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
    """

    job: Job
    trials: tuple[Trial, ...]
    series: Series
    events: tuple[Event, ...]
    best: Trial | None
    seconds_left: float | None

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
    values: dict[int, dict[str, list[float]]] = field(default_factory=dict)
    arrays: dict[int, dict[str, NDArray[np.float64]]] = field(default_factory=dict)


class SnapshotReader:
    """Reads the store again and again, each time only what is new."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, _Known] = {}

    def rows(self) -> tuple[JobRow, ...]:
        """Every job, newest first."""
        with self._database.read() as connection:
            found = [(job, trials.of_job(connection, job.id)) for job in jobs.every(connection)]
        return tuple(
            JobRow(
                job,
                sum(t.state.ended for t in its),
                best(its, job.config.hyper_tuning.goal),
                None if job.state.ended else time_left(job, its),
            )
            for job, its in found
        )

    def view(self, identifier: str) -> JobView:
        """One job with its trials, points and events; ``KeyError`` when it is gone."""
        with self._database.read() as connection:
            job = jobs.get(connection, identifier)
            its = tuple(trials.of_job(connection, identifier))
            events = tuple(notes.events_of(connection, identifier))
            known = self._caught_up(identifier, {t.id: t.attempt for t in its})
            while part := points.since(connection, job.seq, known.cursor):
                for point in part:
                    if known.attempts.get(point.trial) == point.attempt:
                        series = known.values.setdefault(point.trial, {})
                        series.setdefault(point.metric, []).append(point.value)
                        known.arrays.get(point.trial, {}).pop(point.metric, None)
                known.cursor = part[-1].seq
                known.count += len(part)
            if points.count(connection, job.seq) != known.count:  # a program has cleared a metric
                del self._known[identifier]
                return self.view(identifier)
        return JobView(
            job,
            its,
            self._arrays(known),
            events,
            best(its, job.config.hyper_tuning.goal),
            None if job.state.ended else time_left(job, its),
        )

    def _caught_up(self, identifier: str, attempts: dict[int, int]) -> _Known:
        """What is known of a job; nothing any more when a trial has been run again."""
        known = self._known.setdefault(identifier, _Known())
        if any(attempts.get(trial) != attempt for trial, attempt in known.attempts.items()):
            known = self._known[identifier] = _Known()
        known.attempts = attempts
        return known

    @staticmethod
    def _arrays(known: _Known) -> dict[int, dict[str, NDArray[np.float64]]]:
        for trial, series in known.values.items():
            made = known.arrays.setdefault(trial, {})
            for name, values in series.items():
                if name not in made:
                    made[name] = np.array(values, dtype=np.float64)
        return {trial: dict(by_name) for trial, by_name in known.arrays.items()}
