"""What a trial is expected to bring where nothing is known: a little less, the farther out it lies.

People put their ranges around what they hope for, so the ends of many ranges at once are seldom
best; but there, far from every trial, the surrogate is least sure, and without this bowl the
acquisition looks into one corner after the other (Siivola et al., 2018; a quadratic mean as in
Snoek et al., 2015). Its depth is learned with the other hyperparameters.
"""

from __future__ import annotations

import numpy as np

from bayescore.search.bayesian.kernel import Array


def bowl(rows: Array, numeric: list[int]) -> Array:
    """Height of a bowl of depth 1 at rows (n, d), shape (n,), its mean over the cube 0.

    Parameters
    ----------
    numeric
        Coordinates that are numbers; choices have no ends.
    """
    out = (2.0 * rows[:, numeric] - 1.0) ** 2
    return np.asarray((out - 1.0 / 3.0).sum(axis=1) / np.sqrt(max(len(numeric), 1)))


def bowl_slope(row: Array, numeric: list[int]) -> Array:
    """Slope of :func:`bowl` at one row (d,) along its numbers, shape (number of numeric coordinates,)."""
    return np.asarray(4.0 * (2.0 * row[numeric] - 1.0) / np.sqrt(max(len(numeric), 1)))
