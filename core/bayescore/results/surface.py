"""Predicted objective over two parameters, on a lattice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayescore.config import CategoricalSpec, Goal, ParameterSpec
from bayescore.results.best import best
from bayescore.results.observations import learned_from, observation_of
from bayescore.search import SearchSpace, fit
from bayescore.store import Trial

LEAST_TRIALS = 6
_CELLS = 41  # along a numeric parameter
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """Prediction over two parameters, with all others at the values of the best trial.

    Attributes
    ----------
    x, y
        Coordinates of the lattice in the unit cube, indices for a categorical; shapes (m,), (n,).
    mean, deviation
        In the objective's unit, shape (m, n).
    dots
        Coordinates of the trials, shape (trials, 2).
    numbers
        Numbers of the trials, in the order of ``dots``.
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
    """Fit the search's model to the trials and evaluate it over two parameters.

    Trials that were stopped early count with their forecast.

    Returns
    -------
    Surface or None
        ``None`` with fewer than ``LEAST_TRIALS`` such trials, or before one has succeeded.
    """
    names = [s.name for s in specs]
    good = learned_from(trials, specs)
    winner = best(good, goal)
    if len(good) < LEAST_TRIALS or winner is None:
        return None
    space = SearchSpace(tuple(specs))
    model = fit(space, goal, [observation_of(t) for t in good])
    if model is None:
        return None
    i, j = names.index(first), names.index(second)
    x, y = _coordinates(specs[i]), _coordinates(specs[j])
    lattice = np.tile(space.row(winner.parameters), (len(x) * len(y), 1))
    lattice[:, i] = np.repeat(x, len(y))
    lattice[:, j] = np.tile(y, len(x))
    mean, deviation = model.predict(lattice)
    rows = np.array([space.row(t.parameters) for t in good])
    shape = (len(x), len(y))
    return Surface(
        x, y, mean.reshape(shape), deviation.reshape(shape), rows[:, [i, j]], tuple(t.number for t in good)
    )


def _coordinates(spec: ParameterSpec) -> Array:
    if isinstance(spec, CategoricalSpec):
        return np.arange(len(spec.categorical_values), dtype=np.float64)
    return np.linspace(0.0, 1.0, _CELLS)
