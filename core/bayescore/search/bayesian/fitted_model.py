"""The surrogate together with all that relates it to a job: goal, warping, failed and running trials."""

from __future__ import annotations

import numpy as np

from bayescore.config.models import Goal
from bayescore.search.bayesian.gaussian_process import GaussianProcess
from bayescore.search.bayesian.kernel import Array
from bayescore.search.bayesian.training_data import TrainingData, orientation
from bayescore.search.bayesian.warping import fit_warp
from bayescore.search.space import SearchSpace

# Of a forecast, warped: both ends of its interval may be clipped as outliers, or lie far outside.
_LEAST_DEVIATION, _LARGEST_DEVIATION = 1e-4, 100.0
_FAILED_QUANTILE = 0.85  # of the values, assigned to failed trials


class FittedModel:
    """A Gaussian process fitted to the trials of a job.

    Running trials are included as if they ended as predicted.

    Parameters
    ----------
    space, goal
        Of the job.
    data
        At least two succeeded trials.
    seed
        Fixes the samples of the hyperparameters.

    Attributes
    ----------
    warp
        Between oriented objectives (smaller is better) and the unit of ``process``.
    process
        Predicts warped objectives, smaller is better.
    """

    def __init__(self, space: SearchSpace, goal: Goal, data: TrainingData, seed: int) -> None:
        self.space, self.data = space, data
        self._sign = orientation(goal)
        self.warp = fit_warp(data.values)
        warped = self.warp(data.values)
        # A failed trial counts as bad, not as the worst: the acquisition has the chance of success as well.
        assumed = np.full(len(data.failed), np.quantile(warped, _FAILED_QUANTILE))
        rows = np.concatenate([data.succeeded, data.failed])
        variances = np.concatenate([self._warped_variances(data), np.zeros(len(data.failed))])
        self.process = GaussianProcess(space, seed).fit(rows, np.concatenate([warped, assumed]), variances)
        if len(data.pending):
            self.process.believe(data.pending)
        ended = data.ended if data.ended.any() else np.full(len(warped), fill_value=True)
        self._ranked = data.succeeded[ended][np.argsort(warped[ended], kind="stable")]

    def best_rows(self, count: int) -> Array:
        """Rows of the best trials that ended, the best first, shape (at most ``count``, d)."""
        return self._ranked[:count]

    def _warped_variances(self, data: TrainingData) -> Array:
        """Variances of the values' own errors, warped: 0 for ended trials, above 0 for forecasts.

        A deviation is half the width of the interval of one standard deviation to both sides.
        """
        low, high = (self.warp(data.values + sign * data.deviations) for sign in (-1.0, 1.0))
        deviations = np.clip((high - low) / 2.0, _LEAST_DEVIATION, _LARGEST_DEVIATION)
        return np.where(data.ended, 0.0, deviations**2)

    def predict(self, rows: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of the objective at rows (m, d), each (m,), in the objective's unit."""
        return self.to_objective(*self.process.predict(rows))

    def to_objective(self, mean: Array, deviation: Array) -> tuple[Array, Array]:
        """Predictions of ``process`` in the objective's unit and direction.

        The deviation is half the width of the interval of one standard deviation to both sides.
        """
        low, middle, high = self.warp.inverse(np.array([mean - deviation, mean, mean + deviation]))
        return self._sign * middle, (high - low) / 2.0

    def predict_members(self, rows: Array) -> Array:
        """Mean at rows (m, d) by each member, shape (k, m), warped, in the objective's direction."""
        means, _deviations = self.process.predict_members(rows)
        return self._sign * means
