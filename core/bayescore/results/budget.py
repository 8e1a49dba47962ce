"""The time that a job may take, and what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.results.progress import usual_seconds
from bayescore.store import Job, Trial
from bayescore.times import parsed

_RAY = "ray"  # runner whose trials lease slots instead of GPUs
_HOUR = 3600.0


@dataclass(frozen=True)
class BudgetLeft:
    """What is left of a job's budget, in seconds; ``None`` where the job has no limit."""

    seconds: float | None
    gpu_seconds: float | None

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left of one of them."""
        return any(left is not None and left <= 0.0 for left in (self.seconds, self.gpu_seconds))


def budget_left(job: Job, found: Sequence[Trial], moment: str) -> BudgetLeft:
    """What is left of the budget of a job's current run.

    Parameters
    ----------
    found
        All trials of the job.
    moment
        The present, from :func:`bayescore.times.now`; for a job that has ended, its end.
    """
    local = job.local
    seconds = gpu_seconds = None
    if local.max_hours is not None:
        seconds = local.max_hours * _HOUR - _between(job.run_since, moment)
    if local.max_gpu_hours is not None:
        used = sum(
            _gpus(job, t) * _between(t.started_at, t.ended_at or moment)
            for t in found
            if t.started_at is not None and _is_of_run(job, t)
        )
        gpu_seconds = local.max_gpu_hours * _HOUR - used
    return BudgetLeft(seconds, gpu_seconds)


def fits_budget(job: Job, found: Sequence[Trial], moment: str) -> bool:
    """Whether a trial that begins now is expected to end in time.

    The expectation is the median time of the trials that have ended. Before there is one, a trial fits
    as long as anything is left.
    """
    left = budget_left(job, found, moment)
    usual = usual_seconds(found) or 0.0
    if left.is_used_up or (left.seconds is not None and left.seconds < usual):
        return False
    if left.gpu_seconds is None:
        return True
    under_way = [t for t in found if not t.state.ended and t.started_at is not None]
    planned = sum(
        _gpus(job, t) * max(0.0, usual - _between(t.started_at or moment, moment)) for t in under_way
    )
    return left.gpu_seconds >= planned + usual * job.local.gpus_per_trial / job.local.trials_per_gpu


def _is_of_run(job: Job, trial: Trial) -> bool:
    return trial.ended_at is None or trial.ended_at > job.run_since


def _gpus(job: Job, trial: Trial) -> float:
    """Number of GPUs that a trial uses; a part of one that it shares. On a cluster it leases a slot."""
    if job.submission.runner == _RAY:
        return job.local.gpus_per_trial
    return len(trial.gpus) / job.local.trials_per_gpu


def _between(began: str, ended: str) -> float:
    return max(0.0, (parsed(ended) - parsed(began)).total_seconds())
