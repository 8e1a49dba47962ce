"""Trials as the search sees them, for suggestions and for what the window shows of the model."""

from __future__ import annotations

import math

from bayescore.search import Observation, Outcome
from bayescore.store import StopCause, Trial, TrialState

_OUTCOMES = {
    TrialState.SUCCEEDED: Outcome.FINISHED,
    TrialState.FAILED: Outcome.FAILED,
    TrialState.CANCELLED: Outcome.STOPPED,
    TrialState.LOST: Outcome.STOPPED,
}


def observation_of(trial: Trial) -> Observation:
    """A trial as an observation of the search; one that was stopped early counts with its forecast."""
    if trial.state is TrialState.STOPPED_EARLY:
        return _stopped_early(trial)
    outcome = _OUTCOMES.get(trial.state, Outcome.RUNNING)
    value = trial.value if outcome is Outcome.FINISHED else None
    return Observation(trial.parameters, outcome, value)


def _stopped_early(trial: Trial) -> Observation:
    if trial.curve.stop is StopCause.DIVERGED:
        return Observation(trial.parameters, Outcome.FAILED)
    forecast = trial.curve.forecast
    if forecast is None:
        return Observation(trial.parameters, Outcome.STOPPED)
    return Observation(trial.parameters, Outcome.STOPPED_EARLY, forecast.mean, deviation=forecast.deviation)


def expected_value(trial: Trial) -> float | None:
    """The finite objective with which a trial counts in the model: its own, or its forecast.

    ``None`` for a trial that has neither. A forecast never makes a trial the best.
    """
    value = observation_of(trial).value
    return value if value is not None and math.isfinite(value) else None
