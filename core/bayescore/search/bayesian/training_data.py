"""Trials as arrays for the surrogate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayescore.config.models import Goal
from bayescore.search.bayesian.kernel import Array
from bayescore.search.records import Observation, Outcome
from bayescore.search.space import SearchSpace

_LARGEST = 1e100  # of an objective; larger ones overflow when they are squared


@dataclass(frozen=True)
class TrainingData:
    """Rows of trials in the unit cube, by outcome.

    Attributes
    ----------
    succeeded, failed, pending
        Shapes (n, d), (f, d), (p, d).
    values
        Objectives of the succeeded trials, or forecasts of them, smaller is better, shape (n,).
    deviations
        Standard deviations of the forecasts, 0 for a trial that ran to its end, shape (n,).
    """

    succeeded: Array
    values: Array
    deviations: Array
    failed: Array
    pending: Array

    @property
    def ended(self) -> NDArray[np.bool_]:
        """Which of the succeeded trials have an objective rather than a forecast, shape (n,)."""
        return np.asarray(self.deviations == 0.0)


def orientation(goal: Goal) -> float:
    """Factor that turns objectives into values of which the smaller is better, and back."""
    return -1.0 if goal is Goal.MAXIMIZE else 1.0


def training_data(space: SearchSpace, goal: Goal, observations: Sequence[Observation]) -> TrainingData:
    """Trials that the model can use. Stopped ones, and those that do not fit the space, are left out.

    A finished trial without a finite objective counts as failed, and so does one that was stopped early.
    A running trial with a forecast counts as a forecast.
    """
    succeeded: list[Array] = []
    failed: list[Array] = []
    pending: list[Array] = []
    values: list[float] = []
    deviations: list[float] = []
    for trial in observations:
        row = _row(space, trial)
        if row is None or trial.outcome is Outcome.STOPPED:
            continue
        if _has_value(trial):
            assert trial.value is not None
            succeeded.append(row)
            values.append(orientation(goal) * trial.value)
            deviations.append(0.0 if trial.outcome is Outcome.FINISHED else trial.deviation)
        elif trial.outcome is Outcome.RUNNING:
            pending.append(row)
        else:
            failed.append(row)
    stacked = (np.array(rows).reshape(-1, space.dimensions) for rows in (succeeded, failed, pending))
    good, bad, running = stacked
    return TrainingData(
        good,
        np.clip(np.array(values), -_LARGEST, _LARGEST),
        np.clip(np.nan_to_num(deviations, nan=_LARGEST, posinf=_LARGEST), 0.0, _LARGEST),
        bad,
        running,
    )


def _has_value(trial: Observation) -> bool:
    """Whether a trial has an objective, or a forecast of it."""
    if trial.value is None or not math.isfinite(trial.value):
        return False
    if trial.outcome is Outcome.RUNNING:
        return trial.deviation != 0.0
    return trial.outcome in (Outcome.FINISHED, Outcome.STOPPED_EARLY)


def _row(space: SearchSpace, trial: Observation) -> Array | None:
    """Row of a trial; ``None`` when it lacks a parameter or is far outside the space."""
    try:
        row = space.row(trial.parameters)
    except (KeyError, AssertionError):
        return None
    # History may come from a wider space. Rows farther away than the cube's width are left out.
    numbers = row[list(space.numeric)]
    is_near = bool(np.all(np.isfinite(row)) and np.all(numbers >= -1.0) and np.all(numbers <= 2.0))
    return row if is_near else None
