"""Priors of the surrogate's hyperparameters, and samples from their posterior.

Several sets are drawn from the posterior and the acquisition is averaged over them, as in Snoek,
Larochelle and Adams (2012), section 3.2: many length scales explain few trials, and a single best
set would make the surrogate overconfident. The priors are normal, so elliptical slice sampling
(Murray, Adams and MacKay, 2010) moves all hyperparameters at once and needs no tuning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from bayescore.search.bayesian.kernel import Array, KernelParameters, PairwiseDistances, correlation

JITTER = 1e-8  # added to a covariance's diagonal
# Normal priors of the logarithms: (mean, standard deviation). Length scales grow with the dimension
# as the distance between two random rows does (Hvarfner et al., 2024, eq. 6).
_LENGTH_SCALE = (-0.9, 1.0)
_CATEGORICAL_LENGTH_SCALE = (-0.3, 1.0)
_AMPLITUDE = (0.0, 0.8)
_NOISE = (-7.0, 2.0)
_CURVATURE = (-0.7, 1.0)
_MEAN_SHARE = (-0.5, 1.5)  # of the odds
_FARTHEST = 6.0  # standard deviations from the prior's mean
_BURN_IN = 20  # steps before the first sample
_THINNING = 5  # steps from one sample to the next
_MOST_SHRINKS = 20


@dataclass(frozen=True)
class Hyperparameters:
    """``k`` sets of hyperparameters.

    Attributes
    ----------
    kernel
        Length scales and mixture of the correlation.
    amplitude, noise
        Variances, shapes (k,).
    curvature
        Factor of the quadratic prior mean, shape (k,).
    """

    kernel: KernelParameters
    amplitude: Array
    noise: Array
    curvature: Array


class Posterior:
    """Posterior of the hyperparameters, given values at rows.

    Parameters
    ----------
    distances
        Within the rows: :func:`~bayescore.search.bayesian.kernel.condensed_distances`.
    prior_mean
        The quadratic prior mean at the rows, shape (n,).
    values
        Shape (n,), mean 0 and variance about 1.
    variances
        Of each value's own error, in addition to the noise, shape (n,).
    """

    def __init__(
        self, distances: PairwiseDistances, prior_mean: Array, values: Array, variances: Array
    ) -> None:
        self._distances, self._prior_mean = distances, prior_mean
        self._values, self._variances = values, variances
        n = len(values)
        self._above = np.ravel_multi_index(np.triu_indices(n, 1), (n, n))
        self._numeric, self._categorical = len(distances.squared), len(distances.unequal)
        d = self._numeric + self._categorical
        self._is_mixed = self._categorical > 0 and d > 1
        length_scale = (_LENGTH_SCALE[0] + 0.5 * np.log(max(d, 1)), _LENGTH_SCALE[1])
        priors = [length_scale] * self._numeric + [_CATEGORICAL_LENGTH_SCALE] * self._categorical
        priors += [_AMPLITUDE, _NOISE, _CURVATURE] + [_MEAN_SHARE] * self._is_mixed
        self._mean, self._spread = np.array(priors).T

    def sample(self, count: int, rng: np.random.Generator) -> Hyperparameters:
        """Draw ``count`` sets from a chain that starts at the prior's mean."""
        position = np.zeros(len(self._mean))
        likelihood = self._log_likelihood(position)
        samples = []
        for step in range(1, _BURN_IN + count * _THINNING + 1):
            position, likelihood = self._step(position, likelihood, rng)
            if step > _BURN_IN and (step - _BURN_IN) % _THINNING == 0:
                samples.append(position)
        return self._hyperparameters(np.stack(samples))

    def _step(self, position: Array, likelihood: float, rng: np.random.Generator) -> tuple[Array, float]:
        """One step of elliptical slice sampling; Murray, Adams and MacKay (2010), figure 2.

        Parameters
        ----------
        position
            Logarithms of the hyperparameters, in standard deviations from the prior's mean.
        """
        other = rng.normal(size=len(position))
        level = likelihood + np.log(rng.random())
        angle = rng.uniform(0.0, 2.0 * np.pi)
        low, high = angle - 2.0 * np.pi, angle
        for _ in range(_MOST_SHRINKS):
            moved = position * np.cos(angle) + other * np.sin(angle)
            found = self._log_likelihood(moved)
            if found > level:
                return moved, found
            low, high = (angle, high) if angle < 0 else (low, angle)
            angle = rng.uniform(low, high)
        return position, likelihood

    def _log_likelihood(self, position: Array) -> float:
        """Log marginal likelihood without its constant; Rasmussen and Williams (2006), eq. 2.30."""
        if np.abs(position).max() > _FARTHEST:
            return -np.inf
        found = self._hyperparameters(position[None, :])
        n = len(self._values)
        covariance = np.zeros(n * n)
        covariance[self._above] = found.amplitude * correlation(self._distances, found.kernel)[0, 0]
        covariance[:: n + 1] = found.amplitude + found.noise + JITTER + self._variances
        # LAPACK stores matrices by columns: the upper triangle here is the lower one there.
        factor, failed = lapack.dpotrf(covariance.reshape(n, n).T, lower=1, overwrite_a=1, clean=0)
        if failed:
            return -np.inf
        residuals = self._values - found.curvature * self._prior_mean
        half, _info = lapack.dtrtrs(factor, residuals, lower=1)
        return float(-0.5 * half @ half - np.log(factor.diagonal()).sum())

    def _hyperparameters(self, positions: Array) -> Hyperparameters:
        """Hyperparameters from positions (k, number of hyperparameters)."""
        found = np.exp(self._mean + self._spread * positions)
        numeric, others = found[:, : self._numeric], found[:, self._numeric :]
        categorical, others = others[:, : self._categorical], others[:, self._categorical :]
        mean_share = others[:, 3] / (1.0 + others[:, 3]) if self._is_mixed else np.zeros(len(positions))
        return Hyperparameters(
            KernelParameters(numeric, categorical, mean_share),
            amplitude=others[:, 0],
            noise=others[:, 1],
            curvature=others[:, 2],
        )
