"""What the store held at one moment, as values for the window, and how two moments differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Flag, auto

import numpy as np
from numpy.typing import NDArray

from bayescore.app.lineage import EarlierJob
from bayescore.i18n import Text
from bayescore.queue import Hold
from bayescore.results import Baseline, BudgetLeft, EarlyStops, baseline_of
from bayescore.store import Event, Job, JobSummary, Trial

Series = Mapping[int, Mapping[str, NDArray[np.float64]]]


class Change(Flag):
    """What of a job has changed; a view redraws only for what it shows.

    Attributes
    ----------
    STATE
        The job's row, or the progress of what it waits for.
    TRIALS
        Trials were added, one has another state, value, star or note, or another one is the baseline.
    FORECASTS
        Nothing of the trials but forecasts of running ones, which come with every few reports.
    POINTS
        Points have arrived, or were deleted.
    EVENTS
        Events were added.
    TIME
        Nothing but time has passed: durations and the time left are others.
    FILTER
        Other trials pass the filter.
    SELECTION
        Another trial is selected.
    """

    NONE = 0
    STATE = auto()
    TRIALS = auto()
    POINTS = auto()
    EVENTS = auto()
    TIME = auto()
    FILTER = auto()
    SELECTION = auto()
    FORECASTS = auto()


@dataclass(frozen=True)
class Budget:
    """The time that a running job may take, and what is left of it.

    Attributes
    ----------
    hours, gpu_hours
        The limits; ``None`` where there is none.
    """

    hours: float | None
    gpu_hours: float | None
    left: BudgetLeft


@dataclass(frozen=True)
class QueuePlace:
    """The place of a job in the queue.

    Attributes
    ----------
    index
        From 0, over all jobs that have not ended.
    in_order
        Whether it waits for the jobs ahead of it; otherwise it takes turns with them.
    running
        Number of its trials that run.
    hold, ahead
        What it waits for; of a job ahead of it, the name.
    begins_at
        When it is expected to begin a trial, in seconds since 1970 and whole minutes.
    """

    index: int
    in_order: bool = False
    running: int = 0
    hold: Hold | None = None
    ahead: str = ""
    begins_at: float | None = None


@dataclass(frozen=True)
class JobRow:
    """A job in the lists of jobs.

    Attributes
    ----------
    done, failed
        Numbers of ended trials, and of those that failed or were lost.
    best
        Best value so far.
    seconds_left
        ``None`` while it cannot be estimated.
    stopped
        Number of trials that were stopped early.
    budget
        What is left of the job's time; ``None`` for a job without a limit, and for one that does not run.
    chances
        By number of a running trial: its chance to become the best.
    opening
        When trials may begin again, for a job that waits for its hours.
    place
        Its place in the queue; ``None`` once it has ended.
    """

    job: JobSummary
    done: int
    best: float | None
    seconds_left: float | None = None
    failed: int = 0
    stopped: int = 0
    budget: Budget | None = None
    chances: Mapping[int, float] = field(default_factory=dict)
    opening: datetime | None = None
    place: QueuePlace | None = None


@dataclass(frozen=True)
class JobView:
    """Everything that a job's page shows.

    Attributes
    ----------
    series
        By trial id and metric: values in order of arrival, each of shape (n,).
    is_whole
        Whether every point has been read; the first views of a large job come before that.
    pulled
        Share of the image that has been pulled, 0 to 1; ``None`` unless a pull is under way.
    transfer
        What is being copied between machines, and the share of it that has arrived.
    continues
        The earlier jobs that this one continues.
    early_stops
        The trials that were stopped early.
    budget, opening
        As of :class:`JobRow`.
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
    continues: tuple[EarlierJob, ...] = ()
    early_stops: EarlyStops = field(default_factory=EarlyStops)
    budget: Budget | None = None
    opening: datetime | None = None

    @property
    def baseline(self) -> Baseline | None:
        """The trial that the others are compared with."""
        return baseline_of(self.job, self.trials)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of every reported metric: the objective, the side metrics, then the others."""
        first = (self.job.metric, *self.job.config.hyper_tuning.side_metrics)
        seen = dict.fromkeys(name for by_name in self.series.values() for name in by_name)
        return tuple(dict.fromkeys([*(n for n in first if n in seen), *seen]))


def difference(before: JobView, after: JobView) -> Change:
    """What has changed between two views of a job.

    Views share the objects that have not changed, so that this takes no time when little has happened.
    """
    change = Change.NONE if after.job.state.ended else Change.TIME
    states = ((v.job, v.pulled, v.transfer, v.continues, v.opening) for v in (before, after))
    if next(states) != next(states):
        change |= Change.STATE
    if before.job.baseline != after.job.baseline:
        change |= Change.TRIALS
    if before.trials is not after.trials and before.trials != after.trials:
        is_same = _differ_in_forecasts_only(before.trials, after.trials)
        change |= Change.FORECASTS if is_same else Change.TRIALS
    if before.series is not after.series:
        change |= Change.POINTS
    if len(before.events) != len(after.events):
        change |= Change.EVENTS
    return change


def _differ_in_forecasts_only(before: tuple[Trial, ...], after: tuple[Trial, ...]) -> bool:
    return len(before) == len(after) and all(
        old is new or (not new.state.ended and replace(old, curve=new.curve) == new)
        for old, new in zip(before, after, strict=True)
    )
