"""How far a job has come, in time."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.store import Job, Trial, TrialState
from bayescore.times import now, parsed


def time_left(job: Job, found: Sequence[Trial]) -> float | None:
    """Seconds until the job's end if trials go on as they did; ``None`` before the first has ended."""
    took = [
        (parsed(t.ended_at) - parsed(t.started_at)).total_seconds()
        for t in found
        if t.ended_at and t.started_at and t.state is TrialState.SUCCEEDED
    ]
    if not took:
        return None
    mean = sum(took) / len(took)
    moment = parsed(now())
    running = [t for t in found if not t.state.ended]
    under_way = sum(
        max(0.0, mean - (moment - parsed(t.started_at)).total_seconds()) if t.started_at else mean
        for t in running
    )
    left = (job.max_trials - len(found)) * mean + under_way
    return left / max(1, min(job.config.hyper_tuning.parallel_count, job.max_trials))
