"""Objectives brought nearer to a normal distribution, which is what a Gaussian process expects.

Yeo and Johnson (2000), eq. 2.1, its exponent by maximum likelihood: a few diverged trials no
longer stretch the scale on which the good ones differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import yeojohnson

from bayescore.search.bayesian.kernel import Array

_EXPONENTS = tuple(round(0.1 * i, 1) for i in range(-20, 21))
_FEWEST = 5


def fence(values: Array) -> float:
    """Where values that are far out begin: far above the third quartile; smaller is better."""
    if len(values) < _FEWEST:
        return float(np.max(values))
    first, median, third = np.percentile(values, [25, 50, 75])
    reach = max(third - first, 1e-12 * max(1.0, abs(median)))
    return max(float(median + 8.0 * reach), float(np.min(values)))


@dataclass(frozen=True)
class Warp:
    """A monotone change of scale, fitted to values; smaller is better on both sides.

    Attributes
    ----------
    top
        Values above it count as it.
    """

    top: float
    centre: float
    scale: float
    exponent: float
    mean: float
    deviation: float

    def __call__(self, values: Array) -> Array:
        """Values, shape (m,), in the model's unit."""
        return (self._bent(values) - self.mean) / self.deviation

    def _bent(self, values: Array) -> Array:
        standard = (np.minimum(values, self.top) - self.centre) / self.scale
        return np.asarray(yeojohnson(standard, self.exponent), dtype=np.float64)

    def inverse(self, warped: Array) -> Array:
        """Values in the objective's unit; past the top it is the top."""
        bent = np.asarray(warped, dtype=np.float64) * self.deviation + self.mean
        highest = yeojohnson(np.array([(self.top - self.centre) / self.scale]), self.exponent)[0]
        bent = np.minimum(bent, highest)
        up, e = bent >= 0, self.exponent
        positive, negative = np.where(up, bent, 0.0), np.where(up, 0.0, bent)
        above = np.expm1(positive) if e == 0 else (positive * e + 1.0) ** (1.0 / e) - 1.0
        below = -np.expm1(-negative) if e == 2 else 1.0 - (1.0 - (2.0 - e) * negative) ** (1.0 / (2.0 - e))
        return np.asarray(np.where(up, above, below) * self.scale + self.centre)


def fitted(values: Array) -> Warp:
    """The change of scale after which values (n,), finite, are most nearly normal."""
    top = fence(values)
    clipped = np.minimum(values, top)
    centre, scale = float(np.median(clipped)), float(np.std(clipped)) or 1.0
    standard = (clipped - centre) / scale
    exponent = 1.0
    if len(values) >= _FEWEST and np.ptp(standard) > 0:
        bend = float((np.sign(standard) * np.log1p(np.abs(standard))).sum())
        exponent = max(_EXPONENTS, key=lambda each: _log_likelihood(standard, each, bend))
    bent = np.asarray(yeojohnson(standard, exponent), dtype=np.float64)
    return Warp(top, centre, scale, exponent, float(bent.mean()), float(bent.std()) or 1.0)


def _log_likelihood(values: Array, exponent: float, bend: float) -> float:
    """Of an exponent, given values; Yeo and Johnson (2000), section 3, but a constant.

    SciPy's ``yeojohnson_llf`` says the same, but checks its input for longer than all that follows here.
    """
    spread = float(np.var(yeojohnson(values, exponent)))
    return -0.5 * len(values) * np.log(spread) + (exponent - 1.0) * bend if spread > 0 else -np.inf
