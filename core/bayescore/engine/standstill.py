"""Notices jobs that stand still: a trial runs, and nothing has started, reported or ended for long.

A job without a running trial waits for a place or a GPU, which the queue shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from bayescore.i18n import ntext
from bayescore.store import Database, Job, JobState, Trial, TrialState, events, points, trials
from bayescore.times import parsed

STILL = "still"  # kind of the event
_LOOK_S = 60.0
_LONG_S = 3600.0
_TRIALS = 3  # times the longest trial: one that reports only at its end is silent for as long as it takes


class Standstill:
    """Adds an event to each job that stands still, one for each time.

    The time is counted while the engine runs and the machine is awake.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._looked_at = clock()
        self._since: dict[str, tuple[str, float]] = {}  # last change of a job, and when it was first seen

    def look(self, active: Iterable[Job]) -> None:
        """Look at the jobs once a minute."""
        moment = self._clock()
        if moment - self._looked_at < _LOOK_S:
            return
        self._looked_at = moment
        found = [job for job in active if job.state is JobState.RUNNING]
        self._since = {job.id: self._since[job.id] for job in found if job.id in self._since}
        for job in found:
            self._look_at(job, moment)

    def _look_at(self, job: Job, moment: float) -> None:
        with self._database.read() as connection:
            its = trials.of_job(connection, job.id)
            changed, told = _last_change(connection, job, its), events.last_at(connection, job.id, STILL)
        before, since = self._since.setdefault(job.id, (changed, moment))
        if before != changed:
            self._since[job.id] = (changed, moment)
            return
        is_waiting = not any(t.state in (TrialState.STARTING, TrialState.RUNNING) for t in its)
        if is_waiting or told > changed or moment - since < max(_LONG_S, _TRIALS * _longest(its)):
            return
        minutes = int((moment - since) // 60)
        message = ntext(
            "Nothing has started, reported or ended for {count} minute.",
            "Nothing has started, reported or ended for {count} minutes.",
            minutes,
        )
        with self._database.write() as connection:
            events.add(connection, job.id, STILL, message, level="warning")


def _last_change(connection: sa.Connection, job: Job, its: Sequence[Trial]) -> str:
    at = points.newest_at(connection, job.seq)
    reported = "" if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
    steps = [t.ended_at or t.started_at or t.created_at for t in its]
    return max(reported, events.last_at(connection, job.id, STILL, others=True), *steps, job.run_since)


def _longest(its: Sequence[Trial]) -> float:
    """Seconds of the longest trial that has ended."""
    times = [
        (parsed(t.ended_at) - parsed(t.started_at)).total_seconds()
        for t in its
        if t.ended_at and t.started_at
    ]
    return max(times, default=0.0)
