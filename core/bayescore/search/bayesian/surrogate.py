"""The surrogate: a Gaussian process for each sample of its hyperparameters."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_solve, lapack, solve_triangular

from bayescore.search.bayesian.hyperparameters import Hyperparameters, Posterior
from bayescore.search.bayesian.kernel import Array, correlation, correlation_slope, gaps
from bayescore.search.space import SearchSpace

_SAMPLES = 8
_JITTER = 1e-8


class GaussianProcess:
    """Predictions of several processes that all explain the trials.

    Parameters
    ----------
    space, seed
        The coordinates' kinds, and what fixes the samples.
    """

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self._categorical = space.categorical
        self._rng = np.random.default_rng(seed)
        self._members: list[_Member] = []

    def fit(self, rows: Array, values: Array) -> GaussianProcess:
        """Learn from rows (n, d) and values (n,) with mean 0 and variance about 1."""
        posterior = Posterior(gaps(rows, rows, self._categorical), values)
        drawn = posterior.samples(_SAMPLES, self._rng)
        self._members = [_Member(rows, values, each, self._categorical) for each in drawn]
        return self

    def believe(self, rows: Array) -> GaussianProcess:
        """Add rows (k, d) as if they came out as predicted (kriging believer; Ginsbourger et al., 2010)."""
        self._members = [member.believing(rows) for member in self._members]
        return self

    def members(self, rows: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at rows (m, d) by each member, both (members, m), without the noise."""
        found = [member.predict(rows) for member in self._members]
        return np.stack([mean for mean, _ in found]), np.stack([deviation for _, deviation in found])

    def slopes(self, row: Array) -> tuple[Array, Array, Array, Array]:
        """Mean and deviation at one row (d,) by each member, both (members,), and their slopes (members, d).

        The slope along a categorical coordinate is 0.
        """
        found = [member.slopes(row) for member in self._members]
        mean, deviation, mean_slope, deviation_slope = zip(*found, strict=True)
        return np.array(mean), np.array(deviation), np.stack(mean_slope), np.stack(deviation_slope)

    def likeness(self, row: Array, other: Array) -> float:
        """Correlation of two rows (d,), the mean over the members."""
        return float(np.mean([member.likeness(row, other) for member in self._members]))

    def best_means(self) -> Array:
        """Smallest mean of each member at the rows it has learned from, shape (members,)."""
        return np.array([member.best_mean for member in self._members])

    def draws(self, rows: Array, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Functions drawn at rows (m, d), shape (members * count, m), and the best mean of their members."""
        found = [member.draws(rows, rng.normal(size=(count, len(rows)))) for member in self._members]
        return np.concatenate(found), np.repeat(self.best_means(), count)

    def predict(self, rows: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at rows (m, d) of the members' mixture, each (m,)."""
        means, deviations = self.members(rows)
        mean = means.mean(axis=0)
        variance = (deviations**2 + means**2).mean(axis=0) - mean**2
        return mean, np.sqrt(np.maximum(variance, 1e-18))


class _Member:
    """One process with fixed hyperparameters."""

    def __init__(
        self, rows: Array, values: Array, learned: Hyperparameters, categorical: tuple[int, ...]
    ) -> None:
        self._rows, self._values = rows, values
        self._learned, self._categorical = learned, categorical
        covariance = self._covariance(rows)
        noisy = covariance.copy()
        noisy.flat[:: len(rows) + 1] += learned.noise + _JITTER
        factor, failed = lapack.dpotrf(noisy, lower=1, clean=1)
        while failed:  # rows so alike that rounding spoils the factor: a little more noise parts them
            noisy.flat[:: len(rows) + 1] += 1e-4 * learned.amplitude
            factor, failed = lapack.dpotrf(noisy, lower=1, clean=1)
        self._factor = factor
        self._weights = cho_solve((factor, True), values)
        self.best_mean = float((covariance @ self._weights).min())

    def _covariance(self, rows: Array) -> Array:
        between = gaps(rows, self._rows, self._categorical)
        learned = self._learned
        return learned.amplitude * correlation(between, learned.shape)

    def predict(self, rows: Array) -> tuple[Array, Array]:
        across = self._covariance(rows)
        half = solve_triangular(self._factor, across.T, lower=True, check_finite=False)
        variance = self._learned.amplitude - (half**2).sum(axis=0)
        return across @ self._weights, np.sqrt(np.maximum(variance, 1e-14))

    def slopes(self, row: Array) -> tuple[float, float, Array, Array]:
        learned = self._learned
        numeric = [i for i in range(len(row)) if i not in self._categorical]
        between = gaps(row[None, :], self._rows, self._categorical)
        alike, steepness = correlation_slope(between, learned.shape)
        across = learned.amplitude * alike
        away = (row[numeric] - self._rows[:, numeric]) / learned.shape.numeric**2
        slope = np.zeros((len(self._rows), len(row)))
        slope[:, numeric] = -learned.amplitude * steepness[:, None] * away
        solved = cho_solve((self._factor, True), across, check_finite=False)
        deviation = float(np.sqrt(max(learned.amplitude - across @ solved, 1e-14)))
        return (
            float(across @ self._weights),
            deviation,
            slope.T @ self._weights,
            -(slope.T @ solved) / deviation,
        )

    def likeness(self, row: Array, other: Array) -> float:
        between = gaps(row[None, :], other[None, :], self._categorical)
        return float(correlation(between, self._learned.shape)[0, 0])

    def draws(self, rows: Array, normal: Array) -> Array:
        across = self._covariance(rows)
        half = solve_triangular(self._factor, across.T, lower=True, check_finite=False)
        learned = self._learned
        between = gaps(rows, rows, self._categorical)
        own = learned.amplitude * correlation(between, learned.shape)
        roots, vectors = np.linalg.eigh(own - half.T @ half)
        spread = vectors * np.sqrt(np.maximum(roots, 0.0))
        return np.asarray(across @ self._weights + normal @ spread.T)

    def believing(self, rows: Array) -> _Member:
        mean, _deviation = self.predict(rows)
        both = np.concatenate([self._rows, rows])
        return _Member(both, np.concatenate([self._values, mean]), self._learned, self._categorical)
