"""Objectives brought nearer to a normal distribution, which is what a Gaussian process expects.

Yeo and Johnson (2000), eq. 2.1, its exponent by maximum likelihood: a few diverged trials no
longer stretch the scale on which the good ones differ.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from scipy.stats import yeojohnson, yeojohnson_llf

from bayescore.search.bayesian.kernel import Array

_EXPONENTS = np.linspace(-2.0, 2.0, 41)
_FEWEST = 5


def fence(values: Array) -> float:
    """Where values that are far out begin: far above the third quartile; smaller is better."""
    if len(values) < _FEWEST:
        return float(np.max(values))
    first, median, third = np.percentile(values, [25, 50, 75])
    reach = max(third - first, 1e-12 * max(1.0, abs(median)))
    return max(float(median + 8.0 * reach), float(np.min(values)))


def warped(values: Array) -> tuple[Array, Callable[[Array], Array]]:
    """Values with mean 0 and variance 1, nearly normal, and how any value becomes one of these.

    Parameters
    ----------
    values
        Finite, shape (n,), n at least 1.
    """
    top = fence(values)
    clipped = np.minimum(values, top)
    centre, scale = float(np.median(clipped)), float(np.std(clipped)) or 1.0
    standard = (clipped - centre) / scale
    exponent = 1.0
    if len(values) >= _FEWEST and np.ptp(standard) > 0:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            likelihood = [yeojohnson_llf(e, standard) for e in _EXPONENTS]
        exponent = float(_EXPONENTS[int(np.nanargmax(likelihood))])

    def bent(given: Array) -> Array:
        standard = (np.minimum(given, top) - centre) / scale
        return np.asarray(yeojohnson(standard, exponent), dtype=np.float64)

    inner = bent(values)
    mean, deviation = float(inner.mean()), float(inner.std()) or 1.0

    def warp(given: Array) -> Array:
        return (bent(given) - mean) / deviation

    return warp(values), warp
