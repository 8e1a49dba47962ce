"""Prior mean of the surrogate: a quadratic that rises towards the ends of the ranges.

Ranges are usually chosen around good values, so points at the ends of many ranges at once are seldom
best. But the surrogate is least certain there, and without a prior mean the acquisition would explore
one corner after the other (Siivola et al., 2018). The quadratic mean follows Snoek et al. (2015); its
curvature is sampled with the other hyperparameters.
"""

from __future__ import annotations

import numpy as np

from bayescore.search.bayesian.kernel import Array
from bayescore.search.space import SearchSpace, count


class QuadraticMean:
    """Quadratic of curvature 1 over the numeric parameters; its average over the cube is about 0.

    A value of a short list represents an equal share of the range and counts as the middle of that
    share, so the ends of a list of three are not treated as corners.
    """

    def __init__(self, space: SearchSpace) -> None:
        self._numeric = list(space.numeric)
        counts = [count(space.specs[i]) for i in self._numeric]
        self._reach = np.array([1.0 if n is None else (n - 1) / n for n in counts])
        self._scale = 1.0 / np.sqrt(max(len(self._numeric), 1))

    def __call__(self, rows: Array) -> Array:
        """Values at rows (n, d), shape (n,)."""
        squared = (self._reach * (2.0 * rows[:, self._numeric] - 1.0)) ** 2
        return np.asarray(self._scale * (squared - 1.0 / 3.0).sum(axis=1))

    def gradient(self, row: Array) -> Array:
        """Gradient at one row (d,) along the numbers, shape (number of numeric coordinates,)."""
        return np.asarray(self._scale * 4.0 * self._reach**2 * (2.0 * row[self._numeric] - 1.0))
