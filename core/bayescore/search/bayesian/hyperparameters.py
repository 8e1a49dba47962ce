"""What is believed of the surrogate's hyperparameters before and after the trials are seen.

Instead of the one best set, several are drawn from the posterior, and the acquisition is averaged
over them, as in Snoek, Larochelle and Adams (2012), section 3.2: with few trials many length
scales explain them. The priors are normal, so elliptical slices (Murray, Adams and MacKay, 2010)
move all hyperparameters at once and have nothing to be tuned; samples that stay near the mode
make the surrogate far too sure of itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from bayescore.search.bayesian.kernel import Array, Distances, Shape, correlation

JITTER = 1e-8  # of a covariance's diagonal
# Prior of the logarithms, each normal: (mean, standard deviation). A length scale grows with the
# dimension, for the distance between two random rows does (Hvarfner et al., 2024, eq. 6).
_LENGTH = (-0.9, 1.0)
_CATEGORICAL_LENGTH = (-0.3, 1.0)
_AMPLITUDE = (0.0, 0.8)
_NOISE = (-7.0, 2.0)
_DEPTH = (-0.7, 1.0)
_APART = (-0.5, 1.5)  # of the odds
_FARTHEST = 6.0  # standard deviations from the prior's mean
_BURN_IN = 20  # steps before the first sample
_BETWEEN = 5  # steps from one sample to the next
_MOST_SHRINKS = 20


@dataclass(frozen=True)
class Hyperparameters:
    """``k`` sets of them.

    Attributes
    ----------
    shape
        Of the kernels.
    amplitude, noise
        Variances, shapes (k,).
    depth
        Of the mean's quadratic_mean, shape (k,).
    """

    shape: Shape
    amplitude: Array
    noise: Array
    depth: Array


class Posterior:
    """What the hyperparameters may be, given values at rows.

    Parameters
    ----------
    between
        Distances between the rows themselves: :func:`~bayescore.search.bayesian.kernel.distances_within`.
    quadratic_mean
        The mean's quadratic_mean at the rows, shape (n,).
    values
        Shape (n,), mean 0 and variance about 1.
    """

    def __init__(self, between: Distances, quadratic_mean: Array, values: Array) -> None:
        self._between, self._quadratic_mean, self._values = between, quadratic_mean, values
        n = len(values)
        self._above = np.ravel_multi_index(np.triu_indices(n, 1), (n, n))
        self._numeric, self._categorical = len(between.squared), len(between.unequal)
        d = self._numeric + self._categorical
        self._is_mixed = self._categorical > 0 and d > 1
        length = (_LENGTH[0] + 0.5 * np.log(max(d, 1)), _LENGTH[1])
        priors = [length] * self._numeric + [_CATEGORICAL_LENGTH] * self._categorical
        priors += [_AMPLITUDE, _NOISE, _DEPTH] + [_APART] * self._is_mixed
        self._mean, self._spread = np.array(priors).T

    def samples(self, count: int, rng: np.random.Generator) -> Hyperparameters:
        """Draw ``count`` sets, beginning at the prior's mean."""
        place = np.zeros(len(self._mean))
        likelihood = self._log_likelihood(place)
        drawn = []
        for step in range(1, _BURN_IN + count * _BETWEEN + 1):
            place, likelihood = self._step(place, likelihood, rng)
            if step > _BURN_IN and (step - _BURN_IN) % _BETWEEN == 0:
                drawn.append(place)
        return self._unpacked(np.stack(drawn))

    def _step(self, place: Array, likelihood: float, rng: np.random.Generator) -> tuple[Array, float]:
        """One elliptical slice; Murray, Adams and MacKay (2010), figure 2.

        Parameters
        ----------
        place
            Logarithms, in standard deviations from the prior's mean.
        """
        other = rng.normal(size=len(place))
        level = likelihood + np.log(rng.random())
        angle = rng.uniform(0.0, 2.0 * np.pi)
        low, high = angle - 2.0 * np.pi, angle
        for _ in range(_MOST_SHRINKS):
            moved = place * np.cos(angle) + other * np.sin(angle)
            found = self._log_likelihood(moved)
            if found > level:
                return moved, found
            low, high = (angle, high) if angle < 0 else (low, angle)
            angle = rng.uniform(low, high)
        return place, likelihood

    def _log_likelihood(self, place: Array) -> float:
        """Logarithm of the marginal likelihood but a constant; Rasmussen and Williams (2006), eq. 2.30."""
        if np.abs(place).max() > _FARTHEST:
            return -np.inf
        found = self._unpacked(place[None, :])
        n = len(self._values)
        covariance = np.zeros(n * n)
        covariance[self._above] = found.amplitude * correlation(self._between, found.shape)[0, 0]
        covariance[:: n + 1] = found.amplitude + found.noise + JITTER
        # LAPACK reads columns first: what lies above the diagonal here lies below it there
        factor, failed = lapack.dpotrf(covariance.reshape(n, n).T, lower=1, overwrite_a=1, clean=0)
        if failed:
            return -np.inf
        half, _info = lapack.dtrtrs(factor, self._values - found.depth * self._quadratic_mean, lower=1)
        return float(-0.5 * half @ half - np.log(factor.diagonal()).sum())

    def _unpacked(self, places: Array) -> Hyperparameters:
        """Places (k, number of hyperparameters) as hyperparameters."""
        found = np.exp(self._mean + self._spread * places)
        numeric, others = found[:, : self._numeric], found[:, self._numeric :]
        categorical, others = others[:, : self._categorical], others[:, self._categorical :]
        apart = others[:, 3] / (1.0 + others[:, 3]) if self._is_mixed else np.zeros(len(places))
        return Hyperparameters(
            Shape(numeric, categorical, apart), amplitude=others[:, 0], noise=others[:, 1], depth=others[:, 2]
        )
