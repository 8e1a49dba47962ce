"""Trials as the search sees them, for suggestions and for what the window shows of the model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bayescore.config import ParameterSpec
from bayescore.i18n import Text, text
from bayescore.search import Observation, Origin, Outcome
from bayescore.search.space import allows
from bayescore.store import MEASURED, StopCause, Trial, TrialState

_BY_USER = (Origin.KNOWN, Origin.BASELINE, Origin.BY_HAND, MEASURED)  # origins of chosen parameters

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


def outside_ranges(specs: Sequence[ParameterSpec], parameters: Mapping[str, object]) -> list[str]:
    """Names of tuned parameters whose values are not in their ranges."""
    return [spec.name for spec in specs if not allows(spec, parameters.get(spec.name))]


def outside_words(names: Sequence[str]) -> Text:
    """What follows from that, for an event."""
    return text(
        "The value of {names} is outside its range: the search does not learn from this trial.",
        names=", ".join(names),
    )


def is_outside(trial: Trial, specs: Sequence[ParameterSpec]) -> bool:
    """Whether the user has chosen parameters outside the ranges: the search does not learn from the trial."""
    return trial.origin in _BY_USER and bool(outside_ranges(specs, trial.parameters))


def learned_from(trials: Sequence[Trial], specs: Sequence[ParameterSpec]) -> list[Trial]:
    """Trials with all parameters and an objective, their own or forecast, from which a model can learn."""
    names = [spec.name for spec in specs]
    return [
        t
        for t in trials
        if expected_value(t) is not None
        and all(n in t.parameters for n in names)
        and not is_outside(t, specs)
    ]


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
