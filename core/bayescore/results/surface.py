"""The model's idea of the objective over two parameters: mean and uncertainty on a lattice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayescore.config import CategoricalSpec, Goal, ParameterSpec
from bayescore.results.best import best, counts
from bayescore.search.space import SearchSpace
from bayescore.store import Trial

LEAST_TRIALS = 6
_CELLS = 41
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """Prediction over two parameters, every other one held at the best trial's value.

    Attributes
    ----------
    x, y
        Coordinates of the lattice in the unit cube, a categorical's as indices; shapes (m,), (n,).
    mean, deviation
        In the objective's own unit, shape (m, n).
    dots
        Coordinates of the trials, shape (trials, 2), in the order of ``numbers``.
    """

    x: Array
    y: Array
    mean: Array
    deviation: Array
    dots: Array
    numbers: tuple[int, ...]


def surface(
    specs: Sequence[ParameterSpec], trials: Sequence[Trial], goal: Goal, first: str, second: str
) -> Surface | None:
    """Fit the search's surrogate and look at it; ``None`` with fewer than ``LEAST_TRIALS``."""
    names = [s.name for s in specs]
    good = [t for t in trials if counts(t) and all(n in t.parameters for n in names)]
    winner = best(good, goal)
    if len(good) < LEAST_TRIALS or winner is None:
        return None
    from bayescore.search.bayesian import GaussianProcess

    space = SearchSpace(tuple(specs))
    rows = np.array([space.row(t.parameters) for t in good])
    values = np.array([t.value for t in good], dtype=np.float64)
    scale = float(values.std()) or 1.0
    model = GaussianProcess(space, 0).fit(rows, (values - values.mean()) / scale)
    i, j = names.index(first), names.index(second)
    x, y = _coordinates(specs[i]), _coordinates(specs[j])
    lattice = np.tile(space.row(winner.parameters), (len(x) * len(y), 1))
    lattice[:, i] = np.repeat(x, len(y))
    lattice[:, j] = np.tile(y, len(x))
    mean, deviation = model.predict(lattice)
    shape = (len(x), len(y))
    return Surface(
        x,
        y,
        mean.reshape(shape) * scale + values.mean(),
        deviation.reshape(shape) * scale,
        rows[:, [i, j]],
        tuple(t.number for t in good),
    )


def _coordinates(spec: ParameterSpec) -> Array:
    if isinstance(spec, CategoricalSpec):
        return np.arange(len(spec.categorical_values), dtype=np.float64)
    return np.linspace(0.0, 1.0, _CELLS)
