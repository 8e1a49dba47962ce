"""The surrogate: a Gaussian process for each sample of its hyperparameters."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from bayescore.search.bayesian.hyperparameters import JITTER, Posterior
from bayescore.search.bayesian.kernel import (
    Array,
    correlation,
    correlation_gradient,
    distances,
    distances_within,
)
from bayescore.search.bayesian.mean import QuadraticMean
from bayescore.search.space import SearchSpace

_SAMPLES = 12
_AT_ONCE = 1 << 20  # covariances worked on at a time: thousands of rows must not take gigabytes


class GaussianProcess:
    """Predictions of several processes (``k`` members) that all explain the trials.

    Parameters
    ----------
    space, seed
        The coordinates' kinds, and what fixes the samples.
    """

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self._categorical = space.categorical
        self._numeric = list(space.numeric)
        self._quadratic_mean = QuadraticMean(space)
        self._rng = np.random.default_rng(seed)

    def fit(self, rows: Array, values: Array) -> GaussianProcess:
        """Learn from rows (n, d) and values (n,) with mean 0 and variance about 1."""
        between = distances_within(rows, self._categorical)
        self._learned = Posterior(between, self._quadratic_mean.heights(rows), values).samples(
            _SAMPLES, self._rng
        )
        self._solve(rows, np.tile(values, (_SAMPLES, 1)))
        return self

    def believe(self, rows: Array) -> GaussianProcess:
        """Add rows (m, d) as if they came out as predicted (kriging believer; Ginsbourger et al., 2010)."""
        means, _deviations = self.members(rows)
        self._solve(np.concatenate([self._rows, rows]), np.concatenate([self._values, means], axis=1))
        return self

    def members(self, rows: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at rows (m, d) by each member, both (k, m), without the noise."""
        found = [self._predicted(part) for part in self._parts(rows)]
        means, deviations = zip(*found, strict=True)
        return np.concatenate(means, axis=1), np.concatenate(deviations, axis=1)

    def gradients(self, row: Array) -> tuple[Array, Array, Array, Array]:
        """Mean and deviation at one row (d,) by each member, both (k,), and their gradients (k, d).

        The gradient along a categorical coordinate is 0.
        """
        learned, numeric = self._learned, self._numeric
        between = distances(row[None, :], self._rows, self._categorical)
        alike, steepness = correlation_gradient(between, learned.shape)
        across = learned.amplitude[:, None, None] * alike
        half = (self._roots @ across.transpose(0, 2, 1))[:, :, 0]
        solved = (half[:, None, :] @ self._roots)[:, 0]
        deviation = np.sqrt(np.maximum(learned.amplitude - np.einsum("kn,kn->k", half, half), 1e-14))
        steep = -learned.amplitude[:, None] * steepness[:, 0]
        away = row[numeric] - self._rows[:, numeric]
        by_mean, by_deviation = np.zeros((2, len(steep), len(row)))
        by_mean[:, numeric] = (steep * self._weights) @ away / learned.shape.numeric**2
        by_mean[:, numeric] += learned.depth[:, None] * self._quadratic_mean.gradient(row)
        by_deviation[:, numeric] = -(steep * solved) @ away / learned.shape.numeric**2 / deviation[:, None]
        return self._mean(row[None, :], across)[:, 0], deviation, by_mean, by_deviation

    def likeness(self, row: Array, other: Array) -> float:
        """Correlation of two rows (d,), the mean over the members."""
        between = distances(row[None, :], other[None, :], self._categorical)
        return float(np.mean(correlation(between, self._learned.shape)))

    def best_means(self) -> Array:
        """Smallest mean of each member at the rows it has learned from, shape (k,)."""
        return self._best

    def draws(self, rows: Array, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Functions drawn at rows (m, d), shape (k * count, m), and the best mean of their members."""
        across = self._covariance(rows)
        half = across @ self._roots.transpose(0, 2, 1)
        own = correlation(distances(rows, rows, self._categorical), self._learned.shape)
        own *= self._learned.amplitude[:, None, None]
        variances, vectors = np.linalg.eigh(own - half @ half.transpose(0, 2, 1))
        spread = vectors * np.sqrt(np.maximum(variances, 0.0))[:, None, :]
        normal = rng.normal(size=(len(own), count, len(rows)))
        drawn = self._mean(rows, across)[:, None, :] + normal @ spread.transpose(0, 2, 1)
        return np.asarray(drawn.reshape(-1, len(rows))), np.repeat(self._best, count)

    def predict(self, rows: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at rows (m, d) of the members' mixture, each (m,)."""
        means, deviations = self.members(rows)
        mean = means.mean(axis=0)
        variance = (deviations**2 + means**2).mean(axis=0) - mean**2
        return mean, np.sqrt(np.maximum(variance, 1e-18))

    def _solve(self, rows: Array, values: Array) -> None:
        """Prepare predictions from rows (n, d) and each member's values (k, n) there."""
        self._rows, self._values = rows, values
        learned = self._learned
        covariance = np.concatenate([self._covariance(part) for part in self._parts(rows)], axis=1)
        each = zip(covariance, learned.noise, learned.amplitude, strict=True)
        self._roots = np.stack([_root(*member) for member in each])
        over = values - learned.depth[:, None] * self._quadratic_mean.heights(rows)
        half = self._roots @ over[:, :, None]
        self._weights = (self._roots.transpose(0, 2, 1) @ half)[:, :, 0]
        self._best: Array = self._mean(rows, covariance).min(axis=1)

    def _predicted(self, rows: Array) -> tuple[Array, Array]:
        """See :meth:`members`."""
        across = self._covariance(rows)
        half = across @ self._roots.transpose(0, 2, 1)
        variance = self._learned.amplitude[:, None] - np.einsum("kmn,kmn->km", half, half)
        return self._mean(rows, across), np.sqrt(np.maximum(variance, 1e-14))

    def _parts(self, rows: Array) -> list[Array]:
        """Rows (m, d) in parts that can be worked on at once."""
        size = max(1, _AT_ONCE // (_SAMPLES * len(self._rows)))
        return [rows[start : start + size] for start in range(0, max(len(rows), 1), size)]

    def _covariance(self, rows: Array) -> Array:
        """Of given rows (m, d) with those learned from, shape (k, m, n)."""
        between = distances(rows, self._rows, self._categorical)
        return self._learned.amplitude[:, None, None] * correlation(between, self._learned.shape)

    def _mean(self, rows: Array, across: Array) -> Array:
        """Mean at rows (m, d), shape (k, m), from their covariance (k, m, n) with those learned from."""
        low = self._learned.depth[:, None] * self._quadratic_mean.heights(rows)
        return np.asarray((across @ self._weights[:, :, None])[:, :, 0] + low)


def _root(covariance: Array, noise: float, amplitude: float) -> Array:
    """The inverse of the lower Cholesky factor of a noisy covariance (n, n)."""
    noisy = covariance.copy()
    noisy.flat[:: len(noisy) + 1] += noise + JITTER
    factor, failed = lapack.dpotrf(noisy, lower=1, clean=1)
    while failed:  # rows so alike that rounding spoils the factor: a little more noise parts them
        noisy.flat[:: len(noisy) + 1] += 1e-4 * amplitude
        factor, failed = lapack.dpotrf(noisy, lower=1, clean=1)
    inverse, _info = lapack.dtrtri(factor, lower=1)
    return np.asarray(inverse)
