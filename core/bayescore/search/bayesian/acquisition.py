"""How much a candidate promises."""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx, log_ndtr, ndtr

from bayescore.search.bayesian.kernel import Array
from bayescore.search.bayesian.surrogate import GaussianProcess

_LOG_ROOT_2PI = 0.5 * np.log(2.0 * np.pi)
_FAR = -1.0  # below this many deviations the plain formula loses its digits


def log_expected_improvement(mean: Array, deviation: Array, best: Array) -> Array:
    """Logarithm of the expected improvement below ``best``; Ament et al. (2023), eq. 9 and 10.

    Parameters
    ----------
    mean, deviation
        Predictions, shape (..., m), smaller is better.
    best
        What is to be beaten, of a shape that fits.

    Returns
    -------
    Array
        Shape (..., m); far away it is very negative, never minus infinity.
    """
    z = (best - mean) / deviation
    near = np.maximum(z, _FAR)
    log_near = np.log(near * ndtr(near) + np.exp(-0.5 * near**2 - _LOG_ROOT_2PI))
    far = np.minimum(z, _FAR)
    scaled = np.sqrt(np.pi / 2.0) * erfcx(-far / np.sqrt(2.0)) * np.abs(far)
    log_far = -0.5 * far**2 - _LOG_ROOT_2PI + np.log1p(-np.minimum(scaled, 1.0 - 1e-12))
    return np.asarray(np.where(z > _FAR, log_near, log_far) + np.log(deviation))


class Acquisition:
    """Logarithm of the expected improvement by the surrogate's members, times the chance of success.

    Parameters
    ----------
    model
        The surrogate, pending trials believed.
    succeeded, failed
        Rows of ended trials, shapes (n, d) and (k, d).
    categorical
        Coordinates that are choices.
    """

    def __init__(
        self, model: GaussianProcess, succeeded: Array, failed: Array, categorical: tuple[int, ...]
    ) -> None:
        self._model = model
        self._best = model.best_means()
        self._succeeded, self._failed = succeeded, failed
        self._categorical = categorical

    def __call__(self, rows: Array) -> Array:
        """Height at rows (m, d), shape (m,)."""
        mean, deviation = self._model.members(rows)
        logs = log_expected_improvement(mean, deviation, self._best[:, None])
        chance = success_probability(rows, self._succeeded, self._failed, self._categorical)
        return _log_mean(logs) + np.log(chance)

    def gradient(self, row: Array) -> tuple[float, Array]:
        """Height at one row (d,), and its gradient (d,), without the part of the chance of success."""
        mean, deviation, mean_gradient, deviation_gradient = self._model.gradients(row)
        logs = log_expected_improvement(mean, deviation, self._best)
        z = (self._best - mean) / deviation
        share = logs - np.log(deviation)  # logarithm of z cdf(z) + pdf(z)
        by_mean = -np.exp(np.clip(log_ndtr(z) - share, -50.0, 50.0)) / deviation
        by_deviation = np.exp(np.clip((-0.5 * z**2 - _LOG_ROOT_2PI) - share, -50.0, 50.0)) / deviation
        height = _log_mean(logs)
        weights = np.exp(logs - height) / len(logs)
        gradients = by_mean[:, None] * mean_gradient + by_deviation[:, None] * deviation_gradient
        return float(height), np.asarray(weights @ gradients)


def _log_mean(logs: Array) -> Array:
    """Logarithm of the mean over the first axis of what has these logarithms.

    SciPy's ``logsumexp`` takes fourteen times as long on a dozen of them, at every step of a climb.
    """
    highest = logs.max(axis=0)
    return np.asarray(highest + np.log(np.exp(logs - highest).mean(axis=0)))


def success_probability(rows: Array, succeeded: Array, failed: Array, categorical: tuple[int, ...]) -> Array:
    """Chance that a trial at each row ends well, by a kernel estimate over ended trials.

    A Beta(1, 0.1) prior keeps unknown regions likely to succeed; a failure weighs on
    its neighbourhood (Gaussian kernel, width 0.2 of the cube's side, scaled by √d).

    Parameters
    ----------
    rows
        Candidates, shape (m, d).
    succeeded, failed
        Rows of ended trials, shapes (n, d) and (k, d).
    """
    if not len(failed):
        return np.ones(len(rows))
    width = 0.2 * np.sqrt(rows.shape[1])
    good, bad = (_weight(rows, seen, width, categorical) for seen in (succeeded, failed))
    return np.asarray((good + 1.0) / (good + bad + 1.1))


def _weight(rows: Array, seen: Array, width: float, categorical: tuple[int, ...]) -> Array:
    if not len(seen):
        return np.zeros(len(rows))
    difference = rows[:, None, :] - seen[None, :, :]
    for i in categorical:
        difference[:, :, i] = difference[:, :, i] != 0.0
    return np.asarray(np.exp(-0.5 * (difference**2).sum(axis=2) / width**2).sum(axis=1))
