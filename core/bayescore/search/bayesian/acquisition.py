"""The acquisition: expected improvement, times the chance of success, times what is believed."""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx, log_ndtr, ndtr

from bayescore.search.bayesian.fitted_model import FittedModel
from bayescore.search.bayesian.kernel import Array
from bayescore.search.beliefs import STRENGTH, Beliefs

_LOG_ROOT_2PI = 0.5 * np.log(2.0 * np.pi)
_TAIL = -1.0  # standard deviations below which the plain formula loses precision
_FAILURE_WIDTH = 0.2  # of the kernel around failures, in units of the cube, for one parameter
_PRIOR = (1.0, 0.1)  # Beta prior of success: unknown regions are likely to succeed


def log_expected_improvement(mean: Array, deviation: Array, best: Array) -> Array:
    """Logarithm of the expected improvement below ``best``; Ament et al. (2023), eq. 9 and 10.

    Parameters
    ----------
    mean, deviation
        Predictions, shape (..., m), smaller is better.
    best
        Value to improve on, broadcast to the same shape.

    Returns
    -------
    Array
        Shape (..., m), finite also where the expected improvement itself underflows.
    """
    z = (best - mean) / deviation
    near = np.maximum(z, _TAIL)
    log_near = np.log(near * ndtr(near) + np.exp(-0.5 * near**2 - _LOG_ROOT_2PI))
    tail = np.minimum(z, _TAIL)
    scaled = np.sqrt(np.pi / 2.0) * erfcx(-tail / np.sqrt(2.0)) * np.abs(tail)
    log_tail = -0.5 * tail**2 - _LOG_ROOT_2PI + np.log1p(-np.minimum(scaled, 1.0 - 1e-12))
    return np.asarray(np.where(z > _TAIL, log_near, log_tail) + np.log(deviation))


class Acquisition:
    """Logarithm of the expected improvement, averaged over the members, times the chance of success.

    It is multiplied by the density of the beliefs to a power that falls with the number of trials.
    """

    def __init__(self, model: FittedModel, beliefs: Beliefs) -> None:
        self._beliefs = beliefs
        self._power = STRENGTH / (len(model.data.succeeded) + len(model.data.failed))
        self._process = model.process
        self._incumbents = model.process.incumbents()
        self._data = model.data
        self._categorical = model.space.categorical

    def __call__(self, rows: Array) -> Array:
        """Values at rows (m, d), shape (m,)."""
        mean, deviation = self._process.predict_members(rows)
        logs = log_expected_improvement(mean, deviation, self._incumbents[:, None])
        chance = success_probability(rows, self._data.succeeded, self._data.failed, self._categorical)
        return _log_mean(logs) + np.log(chance) + self._power * self._beliefs.log_density(rows)

    def value_and_gradient(self, row: Array) -> tuple[float, Array]:
        """Value at one row (d,) and its gradient (d,), both without the chance of success."""
        mean, deviation, mean_gradient, deviation_gradient = self._process.gradients(row)
        logs = log_expected_improvement(mean, deviation, self._incumbents)
        z = (self._incumbents - mean) / deviation
        log_unit = logs - np.log(deviation)  # logarithm of z cdf(z) + pdf(z)
        by_mean = -np.exp(np.clip(log_ndtr(z) - log_unit, -50.0, 50.0)) / deviation
        by_deviation = np.exp(np.clip((-0.5 * z**2 - _LOG_ROOT_2PI) - log_unit, -50.0, 50.0)) / deviation
        value = _log_mean(logs)
        weights = np.exp(logs - value) / len(logs)
        gradients = by_mean[:, None] * mean_gradient + by_deviation[:, None] * deviation_gradient
        believed = float(self._beliefs.log_density(row[None, :])[0])
        gradient = weights @ gradients + self._power * self._beliefs.gradient(row)
        return float(value) + self._power * believed, np.asarray(gradient)


def _log_mean(logs: Array) -> Array:
    """Logarithm of the mean over the first axis, from logarithms.

    SciPy's ``logsumexp`` takes fourteen times as long for twelve values, in every step of the local search.
    """
    highest = logs.max(axis=0)
    return np.asarray(highest + np.log(np.exp(logs - highest).mean(axis=0)))


def success_probability(rows: Array, succeeded: Array, failed: Array, categorical: tuple[int, ...]) -> Array:
    """Probability that a trial at each row succeeds: a kernel estimate with a Beta prior.

    The kernel is Gaussian; its width grows with the square root of the dimension.

    Parameters
    ----------
    rows
        Candidates, shape (m, d).
    succeeded, failed
        Rows of ended trials, shapes (n, d) and (f, d).

    Returns
    -------
    Array
        Shape (m,), between 0 and 1; 1 everywhere without failures.
    """
    if not len(failed):
        return np.ones(len(rows))
    width = _FAILURE_WIDTH * np.sqrt(rows.shape[1])
    good, bad = (_kernel_sum(rows, ended, width, categorical) for ended in (succeeded, failed))
    return np.asarray((good + _PRIOR[0]) / (good + bad + sum(_PRIOR)))


def _kernel_sum(rows: Array, centres: Array, width: float, categorical: tuple[int, ...]) -> Array:
    if not len(centres):
        return np.zeros(len(rows))
    difference = rows[:, None, :] - centres[None, :, :]
    for i in categorical:
        difference[:, :, i] = difference[:, :, i] != 0.0
    return np.asarray(np.exp(-0.5 * (difference**2).sum(axis=2) / width**2).sum(axis=1))
