"""How much a candidate promises."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from bayescore.search.bayesian.surrogate import Array


def expected_improvement(mean: Array, deviation: Array, best: float) -> Array:
    """Expected improvement below ``best``; Jones, Schonlau and Welch (1998), eq. 15.

    Parameters
    ----------
    mean, deviation
        The surrogate's prediction, shape (m,), smaller is better.
    best
        Smallest value so far.

    Returns
    -------
    Array
        Shape (m,), at least 0, in the unit of ``mean``.
    """
    gain = best - mean
    z = gain / deviation
    return np.asarray(np.maximum(gain * norm.cdf(z) + deviation * norm.pdf(z), 0.0))


def success_probability(rows: Array, succeeded: Array, failed: Array) -> Array:
    """Chance that a trial at each row ends well, by a kernel estimate over ended trials.

    A Beta(1, 0.1) prior keeps unknown regions likely to succeed; a failure weighs on
    its neighbourhood (Gaussian kernel, width 0.2 of the cube's side, scaled by √d).

    Parameters
    ----------
    rows
        Candidates, shape (m, d).
    succeeded, failed
        Rows of ended trials, shapes (n, d) and (k, d).
    """
    if not len(failed):
        return np.ones(len(rows))
    width = 0.2 * np.sqrt(rows.shape[1])
    good, bad = _weight(rows, succeeded, width), _weight(rows, failed, width)
    return np.asarray((good + 1.0) / (good + bad + 1.1))


def _weight(rows: Array, seen: Array, width: float) -> Array:
    if not len(seen):
        return np.zeros(len(rows))
    squared = ((rows[:, None, :] - seen[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(np.exp(-0.5 * squared / width**2).sum(axis=1))
