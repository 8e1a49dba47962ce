"""How many trials were stopped early, and the time that this has saved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.results.progress import ended_count, usual_seconds
from bayescore.store import StopCause, Trial, TrialState
from bayescore.times import parsed


@dataclass(frozen=True)
class EarlyStops:
    """The trials of a job that were stopped early.

    Attributes
    ----------
    count, ended
        Number of them, and of all trials that have ended.
    saved_seconds
        Estimate of the time that they would have run on; ``None`` before a trial has succeeded.
    """

    count: int = 0
    ended: int = 0
    saved_seconds: float | None = None


def early_stops(found: Sequence[Trial]) -> EarlyStops:
    """Count the trials that were stopped early, and estimate the time that this has saved.

    A trial is expected to take the median time of those that succeeded; what it ran less has been saved.
    The end of the job's budget saves nothing: those trials are counted only.
    """
    stopped = [t for t in found if t.state is TrialState.STOPPED_EARLY]
    usual = usual_seconds(found) if stopped else None
    saved = None
    if usual is not None:
        saved = sum(max(0.0, usual - _seconds(t)) for t in stopped if t.curve.stop is not StopCause.BUDGET)
    return EarlyStops(len(stopped), ended_count(found), saved)


def _seconds(trial: Trial) -> float:
    if trial.started_at is None or trial.ended_at is None:
        return math.inf  # it is not known how long it ran: nothing is claimed
    return (parsed(trial.ended_at) - parsed(trial.started_at)).total_seconds()
