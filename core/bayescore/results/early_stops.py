"""How many trials were stopped early, and the time that this has saved."""

from __future__ import annotations

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
        Estimate of the time that they would have run on; ``None`` if nothing is known about it.
    """

    count: int = 0
    ended: int = 0
    saved_seconds: float | None = None


def early_stops(found: Sequence[Trial]) -> EarlyStops:
    """Count the trials that were stopped early, and estimate the time that this has saved.

    A trial with a forecast would have taken as long for each of its further reports as for those that it
    made; another one the median time of the trials that succeeded. The end of the job's budget saves nothing.
    """
    stopped = [t for t in found if t.state is TrialState.STOPPED_EARLY]
    usual = usual_seconds(found) if stopped else None
    saved = [_saved(trial, usual) for trial in stopped]
    known = [seconds for seconds in saved if seconds is not None]
    return EarlyStops(len(stopped), ended_count(found), sum(known) if known else None)


def _saved(trial: Trial, usual: float | None) -> float | None:
    if trial.curve.stop is StopCause.BUDGET:
        return 0.0
    if trial.started_at is None or trial.ended_at is None:
        return None
    ran = (parsed(trial.ended_at) - parsed(trial.started_at)).total_seconds()
    forecast = trial.curve.forecast
    if forecast is not None and forecast.step > 0:
        return ran * max(0.0, forecast.steps / forecast.step - 1.0)
    return None if usual is None else max(0.0, usual - ran)
