"""How far a job is, and estimates of how long it or its rest takes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

from bayescore.store import Job, Trial, TrialState
from bayescore.times import now, parsed


def ended_count(found: Iterable[Trial]) -> int:
    """Number of trials that have ended, in whatever state: the progress of a job in every view."""
    return sum(t.state.ended for t in found)


def time_left(job: Job, found: Sequence[Trial]) -> float | None:
    """Seconds until the job ends, from the mean time of its trials; ``None`` before one has succeeded.

    Trials that were stopped early count with the time that they took: later ones will be stopped, too.
    """
    durations = _durations(found)
    if durations:
        durations += _durations(found, TrialState.STOPPED_EARLY)
    if not durations:
        return None
    mean = sum(durations) / len(durations)
    moment = parsed(now())
    running = [t for t in found if not t.state.ended]
    under_way = sum(
        max(0.0, mean - (moment - parsed(t.started_at)).total_seconds()) if t.started_at else mean
        for t in running
    )
    left = (job.max_trials - len(found)) * mean + under_way
    return left / max(1, min(job.config.hyper_tuning.parallel_count, job.max_trials))


def usual_seconds(found: Sequence[Trial]) -> float | None:
    """Median seconds of the succeeded trials; ``None`` before one has succeeded."""
    durations = _durations(found)
    return statistics.median(durations) if durations else None


def planned_seconds(count: int, at_a_time: int, seconds: float) -> float:
    """Seconds of a whole job of ``count`` trials that take ``seconds`` each, ``at_a_time`` in parallel."""
    return math.ceil(count / max(1, at_a_time)) * seconds


def _durations(found: Sequence[Trial], state: TrialState = TrialState.SUCCEEDED) -> list[float]:
    return [
        (parsed(t.ended_at) - parsed(t.started_at)).total_seconds()
        for t in found
        if t.ended_at and t.started_at and t.state is state
    ]
