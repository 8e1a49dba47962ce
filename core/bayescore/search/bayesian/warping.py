"""Warping of objectives towards the normal distribution that a Gaussian process assumes.

The transformation is that of Yeo and Johnson (2000), eq. 2.1, its exponent by maximum likelihood.
Outliers are clipped first, so that a few diverged trials do not compress the differences between
good ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import yeojohnson

from bayescore.search.bayesian.kernel import Array

_EXPONENTS = tuple(round(0.1 * i, 1) for i in range(-20, 21))
_FEWEST = 5  # values to which an exponent and an outlier limit are fitted
_OUTLIER_RANGES = 8.0  # interquartile ranges above the median


def outlier_limit(values: Array) -> float:
    """Limit above which values (n,) are outliers; smaller is better, so only large ones are."""
    if len(values) < _FEWEST:
        return float(np.max(values))
    first, median, third = np.percentile(values, [25, 50, 75])
    reach = max(third - first, 1e-12 * max(1.0, abs(median)))
    return max(float(median + _OUTLIER_RANGES * reach), float(np.min(values)))


@dataclass(frozen=True)
class Warp:
    """A monotone transformation fitted to values; smaller is better on both sides.

    Attributes
    ----------
    limit
        Larger values are clipped to it.
    centre, scale
        Median and standard deviation of the clipped values.
    exponent
        Of the transformation, -2 to 2.
    mean, deviation
        Of the transformed values.
    """

    limit: float
    centre: float
    scale: float
    exponent: float
    mean: float
    deviation: float

    def __call__(self, values: Array) -> Array:
        """Warped values, of the same shape."""
        standard = (np.minimum(values, self.limit) - self.centre) / self.scale
        transformed = np.asarray(yeojohnson(standard, self.exponent), dtype=np.float64)
        return (transformed - self.mean) / self.deviation

    def inverse(self, warped: Array) -> Array:
        """Values from warped ones, of the same shape, at most ``limit``."""
        transformed = np.asarray(warped, dtype=np.float64) * self.deviation + self.mean
        largest = yeojohnson(np.array([(self.limit - self.centre) / self.scale]), self.exponent)[0]
        transformed = np.minimum(transformed, largest)
        up, e = transformed >= 0, self.exponent
        positive, negative = np.where(up, transformed, 0.0), np.where(up, 0.0, transformed)
        above = np.expm1(positive) if e == 0 else (positive * e + 1.0) ** (1.0 / e) - 1.0
        below = -np.expm1(-negative) if e == 2 else 1.0 - (1.0 - (2.0 - e) * negative) ** (1.0 / (2.0 - e))
        return np.asarray(np.where(up, above, below) * self.scale + self.centre)


def fit_warp(values: Array) -> Warp:
    """Fit the transformation after which finite values (n,) are closest to normal."""
    limit = outlier_limit(values)
    clipped = np.minimum(values, limit)
    centre, scale = float(np.median(clipped)), float(np.std(clipped)) or 1.0
    standard = (clipped - centre) / scale
    exponent = 1.0
    if len(values) >= _FEWEST and np.ptp(standard) > 0:
        jacobian = float((np.sign(standard) * np.log1p(np.abs(standard))).sum())
        exponent = max(_EXPONENTS, key=lambda candidate: _log_likelihood(standard, candidate, jacobian))
    transformed = np.asarray(yeojohnson(standard, exponent), dtype=np.float64)
    return Warp(limit, centre, scale, exponent, float(transformed.mean()), float(transformed.std()) or 1.0)


def _log_likelihood(values: Array, exponent: float, jacobian: float) -> float:
    """Log-likelihood of an exponent without its constant; Yeo and Johnson (2000), section 3.

    SciPy's ``yeojohnson_llf`` computes the same, but spends more time on checks than on the result.
    """
    variance = float(np.var(yeojohnson(values, exponent)))
    return -0.5 * len(values) * np.log(variance) + (exponent - 1.0) * jacobian if variance > 0 else -np.inf
