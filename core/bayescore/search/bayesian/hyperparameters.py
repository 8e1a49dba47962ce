"""What is believed of the kernel's hyperparameters before and after the trials are seen.

Instead of the one best set, several are drawn from the posterior by slice sampling (Neal,
2003, along random directions), and the acquisition is averaged over them, as in Snoek,
Larochelle and Adams (2012), section 3.2: with few trials many length scales explain them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import minimize

from bayescore.search.bayesian.kernel import Array, Gaps, Shape, correlation

_JITTER = 1e-8
# Prior of the logarithms, each normal: (mean, standard deviation). A length scale grows with the
# dimension, for the distance between two random rows does (Hvarfner et al., 2024, eq. 6).
_LENGTH = (-0.9, 1.0)
_CATEGORICAL_LENGTH = (-0.3, 1.0)
_AMPLITUDE = (0.0, 0.8)
_NOISE = (-7.0, 2.0)
_APART = (-0.5, 1.5)  # of the odds
_WIDTH = 1.5  # of the slice sampler's first interval
_BURN_IN = 12  # steps from the mode before the first sample
_BETWEEN = 4  # steps from one sample to the next
_MOST_SHRINKS = 12


@dataclass(frozen=True)
class Hyperparameters:
    """One set: the shape of the kernel, amplitude and noise as variances."""

    shape: Shape
    amplitude: float
    noise: float


class Posterior:
    """Log density of the hyperparameters' logarithms, given values at rows.

    Parameters
    ----------
    between
        Gaps between the rows themselves, of shape (n, n).
    values
        Shape (n,), mean 0 and variance about 1.
    """

    def __init__(self, between: Gaps, values: Array) -> None:
        self._between = between
        self._values = values
        self._numeric = between.squared.shape[1]
        self._categorical = between.unequal.shape[1]
        d = self._numeric + self._categorical
        mean = [_LENGTH[0] + 0.5 * np.log(max(d, 1))] * self._numeric
        spread = [_LENGTH[1]] * self._numeric
        mean += [_CATEGORICAL_LENGTH[0]] * self._categorical
        spread += [_CATEGORICAL_LENGTH[1]] * self._categorical
        self._is_mixed = self._categorical > 0 and d > 1
        others = [_AMPLITUDE, _NOISE, *([_APART] if self._is_mixed else [])]
        self._mean = np.array([*mean, *(each[0] for each in others)])
        self._spread = np.array([*spread, *(each[1] for each in others)])

    def unpacked(self, logs: Array) -> Hyperparameters:
        """Logarithms as hyperparameters."""
        numeric, categorical, others = np.split(
            np.exp(logs), [self._numeric, self._numeric + self._categorical]
        )
        apart = float(others[2] / (1.0 + others[2])) if self._is_mixed else 0.0
        return Hyperparameters(Shape(numeric, categorical, apart), float(others[0]), float(others[1]))

    def log_density(self, logs: Array) -> float:
        """Log marginal likelihood (Rasmussen and Williams, 2006, eq. 2.30) plus log prior, but a constant."""
        standard = (logs - self._mean) / self._spread
        prior = -0.5 * float(standard @ standard)
        if np.abs(standard).max() > 6.0:
            return -np.inf
        found = self.unpacked(logs)
        covariance = found.amplitude * correlation(self._between, found.shape)
        covariance.flat[:: len(covariance) + 1] += found.noise + _JITTER
        factor, failed = lapack.dpotrf(covariance, lower=1, overwrite_a=1, clean=0)
        if failed:
            return -np.inf
        half, _info = lapack.dtrtrs(factor, self._values, lower=1)
        return float(-0.5 * half @ half - np.log(factor.diagonal()).sum() + prior)

    def mode(self) -> Array:
        """Where the density is highest, found by quasi-Newton steps from the prior's mean."""
        bounds = list(zip(self._mean - 4 * self._spread, self._mean + 4 * self._spread, strict=True))
        found = minimize(
            lambda logs: -max(self.log_density(logs), -1e10),
            self._mean,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 12, "maxfun": 12 * (len(self._mean) + 1)},
        )
        return np.asarray(found.x)

    def samples(self, count: int, rng: np.random.Generator) -> list[Hyperparameters]:
        """Draw from the posterior, beginning at its mode."""
        logs = self.mode()
        density = self.log_density(logs)
        drawn = []
        for step in range(_BURN_IN + count * _BETWEEN):
            logs, density = self._step(logs, density, rng)
            if step >= _BURN_IN and (step - _BURN_IN) % _BETWEEN == _BETWEEN - 1:
                drawn.append(self.unpacked(logs))
        return drawn

    def _step(self, logs: Array, density: float, rng: np.random.Generator) -> tuple[Array, float]:
        """One slice along a random direction, with shrinking and no stepping out (Neal, 2003, fig. 5)."""
        direction = rng.normal(size=len(logs)) * self._spread
        direction *= _WIDTH / np.linalg.norm(direction / self._spread)
        level = density + np.log(rng.random())
        low = -rng.random()
        high = low + 1.0
        for _ in range(_MOST_SHRINKS):
            place = rng.uniform(low, high)
            moved = logs + place * direction
            found = self.log_density(moved)
            if found > level:
                return moved, found
            if place < 0:
                low = place
            else:
                high = place
        return logs, density
