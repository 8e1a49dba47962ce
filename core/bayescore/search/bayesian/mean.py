"""What a trial is expected to bring where nothing is known: a little less, the farther out it lies.

People put their ranges around what they hope for, so the ends of many ranges at once are seldom
best; but there, far from every trial, the surrogate is least sure, and without this quadratic_mean the
acquisition looks into one corner after the other (Siivola et al., 2018; a quadratic mean as in
Snoek et al., 2015). Its depth is learned with the other hyperparameters.
"""

from __future__ import annotations

import numpy as np

from bayescore.search.bayesian.kernel import Array
from bayescore.search.space import SearchSpace, count


class QuadraticMean:
    """A quadratic_mean of depth 1 over the numbers of a space; its mean over the cube is about 0.

    The end of a list of three is a third of it and no corner: a value stands for its share of
    the range, and counts as that share's middle.
    """

    def __init__(self, space: SearchSpace) -> None:
        self._numeric = list(space.numeric)
        counts = [count(space.specs[i]) for i in self._numeric]
        self._reach = np.array([1.0 if n is None else (n - 1) / n for n in counts])
        self._scale = 1.0 / np.sqrt(max(len(self._numeric), 1))

    def heights(self, rows: Array) -> Array:
        """Of rows (n, d), shape (n,)."""
        out = (self._reach * (2.0 * rows[:, self._numeric] - 1.0)) ** 2
        return np.asarray(self._scale * (out - 1.0 / 3.0).sum(axis=1))

    def gradient(self, row: Array) -> Array:
        """At one row (d,) along its numbers, shape (number of numeric coordinates,)."""
        return np.asarray(self._scale * 4.0 * self._reach**2 * (2.0 * row[self._numeric] - 1.0))
