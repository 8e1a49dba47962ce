"""The surrogate: a Gaussian process for each sample of its hyperparameters."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from bayescore.search.bayesian.hyperparameters import JITTER, Posterior
from bayescore.search.bayesian.kernel import (
    Array,
    condensed_distances,
    correlation,
    correlation_gradient,
    pairwise_distances,
)
from bayescore.search.bayesian.prior_mean import QuadraticMean
from bayescore.search.space import SearchSpace

_MEMBERS = 12
_MOST_COVARIANCES = 1 << 20  # computed at once; limits the memory for predictions at many rows


class GaussianProcess:
    """Mixture of ``k`` Gaussian processes (members) with different hyperparameters.

    Parameters
    ----------
    space
        Defines which coordinates are numeric and which are categorical.
    seed
        Fixes the samples of the hyperparameters.
    """

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self._categorical = space.categorical
        self._numeric = list(space.numeric)
        self._prior_mean = QuadraticMean(space)
        self._rng = np.random.default_rng(seed)

    def fit(self, rows: Array, values: Array, variances: Array | None = None) -> GaussianProcess:
        """Fit to rows (n, d) and values (n,), smaller is better, of mean 0 and variance about 1.

        Parameters
        ----------
        variances
            Of each value's own error, in addition to the noise of all, shape (n,). A value with such an
            error is a forecast, and no incumbent.
        """
        own = np.zeros(len(values)) if variances is None else variances
        distances = condensed_distances(rows, self._categorical)
        posterior = Posterior(distances, self._prior_mean(rows), values, own)
        self._parameters = posterior.sample(_MEMBERS, self._rng)
        self._condition(rows, np.tile(values, (_MEMBERS, 1)), own)
        return self

    def believe(self, rows: Array) -> GaussianProcess:
        """Add rows (m, d) with their predicted means as values.

        This is the kriging believer of Ginsbourger, Le Riche and Carraro (2010).
        """
        means, _deviations = self.predict_members(rows)
        self._condition(
            np.concatenate([self._rows, rows]),
            np.concatenate([self._values, means], axis=1),
            np.concatenate([self._variances, np.zeros(len(rows))]),
        )
        return self

    def predict_members(self, rows: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at rows (m, d) by each member, both (k, m), without the noise."""
        predictions = [self._predict_part(part) for part in self._parts(rows)]
        means, deviations = zip(*predictions, strict=True)
        return np.concatenate(means, axis=1), np.concatenate(deviations, axis=1)

    def predict(self, rows: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at rows (m, d) of the mixture of the members, both (m,)."""
        means, deviations = self.predict_members(rows)
        mean = means.mean(axis=0)
        variance = (deviations**2 + means**2).mean(axis=0) - mean**2
        return mean, np.sqrt(np.maximum(variance, 1e-18))

    def leave_one_out(self) -> tuple[Array, Array]:
        """Mean and standard deviation at each fitted row, both (n,), from all others, with the noise.

        Rasmussen and Williams (2006), eq. 5.12, under the same hyperparameters.
        """
        variances = 1.0 / (self._inverse_factors**2).sum(axis=1)
        means = self._values - self._weights * variances
        mean = means.mean(axis=0)
        return mean, np.sqrt((variances + means**2).mean(axis=0) - mean**2)

    def gradients(self, row: Array) -> tuple[Array, Array, Array, Array]:
        """Mean and deviation at one row (d,) by each member, both (k,), and their gradients (k, d).

        The gradient along a categorical coordinate is 0.
        """
        parameters, numeric = self._parameters, self._numeric
        distances = pairwise_distances(row[None, :], self._rows, self._categorical)
        correlations, decay = correlation_gradient(distances, parameters.kernel)
        cross = parameters.amplitude[:, None, None] * correlations
        half = (self._inverse_factors @ cross.transpose(0, 2, 1))[:, :, 0]
        solved = (half[:, None, :] @ self._inverse_factors)[:, 0]
        deviation = np.sqrt(np.maximum(parameters.amplitude - np.einsum("kn,kn->k", half, half), 1e-14))
        slope = -parameters.amplitude[:, None] * decay[:, 0]
        difference = row[numeric] - self._rows[:, numeric]
        squared_scales = parameters.kernel.numeric**2
        by_mean, by_deviation = np.zeros((2, len(slope), len(row)))
        by_mean[:, numeric] = (slope * self._weights) @ difference / squared_scales
        by_mean[:, numeric] += parameters.curvature[:, None] * self._prior_mean.gradient(row)
        by_deviation[:, numeric] = -(slope * solved) @ difference / squared_scales / deviation[:, None]
        return self._means(row[None, :], cross)[:, 0], deviation, by_mean, by_deviation

    def correlation(self, row: Array, other: Array) -> float:
        """Prior correlation of two rows (d,), averaged over the members."""
        distances = pairwise_distances(row[None, :], other[None, :], self._categorical)
        return float(np.mean(correlation(distances, self._parameters.kernel)))

    def incumbents(self) -> Array:
        """Smallest mean of each member at the rows that it was fitted to, except forecasts, shape (k,)."""
        return self._incumbents

    def sample_functions(self, rows: Array, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw functions at rows (m, d) from the posterior.

        Returns
        -------
        (values, incumbents)
            Values, shape (k * count, m), and the incumbent of the member of each draw, shape (k * count,).
        """
        cross = self._covariance(rows)
        half = cross @ self._inverse_factors.transpose(0, 2, 1)
        prior = correlation(pairwise_distances(rows, rows, self._categorical), self._parameters.kernel)
        prior *= self._parameters.amplitude[:, None, None]
        variances, vectors = np.linalg.eigh(prior - half @ half.transpose(0, 2, 1))
        spread = vectors * np.sqrt(np.maximum(variances, 0.0))[:, None, :]
        normal = rng.normal(size=(len(prior), count, len(rows)))
        values = self._means(rows, cross)[:, None, :] + normal @ spread.transpose(0, 2, 1)
        return np.asarray(values.reshape(-1, len(rows))), np.repeat(self._incumbents, count)

    def _condition(self, rows: Array, values: Array, variances: Array) -> None:
        """Condition on rows (n, d) and each member's values (k, n) there, with their own variances (n,)."""
        self._rows, self._values, self._variances = rows, values, variances
        parameters = self._parameters
        covariance = np.concatenate([self._covariance(part) for part in self._parts(rows)], axis=1)
        members = zip(covariance, parameters.noise, parameters.amplitude, strict=True)
        self._inverse_factors = np.stack([_inverse_factor(*member, variances) for member in members])
        residuals = values - parameters.curvature[:, None] * self._prior_mean(rows)
        half = self._inverse_factors @ residuals[:, :, None]
        self._weights = (self._inverse_factors.transpose(0, 2, 1) @ half)[:, :, 0]
        means = self._means(rows, covariance)
        ended = variances == 0.0
        self._incumbents: Array = (means[:, ended] if ended.any() else means).min(axis=1)

    def _predict_part(self, rows: Array) -> tuple[Array, Array]:
        """See :meth:`predict_members`; Rasmussen and Williams (2006), eq. 2.24 and 2.38."""
        cross = self._covariance(rows)
        half = cross @ self._inverse_factors.transpose(0, 2, 1)
        variance = self._parameters.amplitude[:, None] - np.einsum("kmn,kmn->km", half, half)
        return self._means(rows, cross), np.sqrt(np.maximum(variance, 1e-14))

    def _parts(self, rows: Array) -> list[Array]:
        """Rows (m, d) in parts whose covariances fit in memory."""
        size = max(1, _MOST_COVARIANCES // (_MEMBERS * len(self._rows)))
        return [rows[start : start + size] for start in range(0, max(len(rows), 1), size)]

    def _covariance(self, rows: Array) -> Array:
        """Covariance of rows (m, d) with the fitted rows, shape (k, m, n)."""
        distances = pairwise_distances(rows, self._rows, self._categorical)
        return self._parameters.amplitude[:, None, None] * correlation(distances, self._parameters.kernel)

    def _means(self, rows: Array, cross: Array) -> Array:
        """Means at rows (m, d), shape (k, m), from their covariance with the fitted rows (k, m, n)."""
        prior = self._parameters.curvature[:, None] * self._prior_mean(rows)
        return np.asarray((cross @ self._weights[:, :, None])[:, :, 0] + prior)


def _inverse_factor(covariance: Array, noise: float, amplitude: float, variances: Array) -> Array:
    """Inverse of the lower Cholesky factor of a covariance (n, n) with noise and own variances (n,)."""
    noisy = covariance.copy()
    noisy.flat[:: len(noisy) + 1] += noise + JITTER + variances
    factor, failed = lapack.dpotrf(noisy, lower=1, clean=1)
    while failed:  # nearly equal rows make the matrix singular by rounding: more noise separates them
        noisy.flat[:: len(noisy) + 1] += 1e-4 * amplitude
        factor, failed = lapack.dpotrf(noisy, lower=1, clean=1)
    inverse, _info = lapack.dtrtri(factor, lower=1)
    return np.asarray(inverse)
