"""What the researcher believes about the place of the best, as a density over rows of the unit cube.

The acquisition is multiplied by the density to the power ``STRENGTH / n`` after ``n`` trials, so that its
influence fades (πBO: Hvarfner et al., 2022), and the initial design is drawn from it. Beliefs about
several parameters are independent. Each is mixed with a uniform density, so that no belief excludes a value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from bayescore.config.beliefs import Belief
from bayescore.config.models import CategoricalSpec, DiscreteSpec, DoubleSpec, IntegerSpec, Scale
from bayescore.config.scales import range_of, scale_of
from bayescore.search.space import Key, SearchSpace, count, to_unit

Array = NDArray[np.float64]
WIDTH = 0.1  # standard deviation of a belief without “within”, as a share of the range on its scale
PREFERENCE = 4.0  # weight of an expected category beside 1 for each other
FLOOR = 0.1  # of the density, relative to its highest value
STRENGTH = 2.0  # number of trials after which the acquisition is multiplied by the density itself
_CELLS = 512  # of the table from which values are drawn


class Beliefs:
    """Beliefs about the parameters of a space.

    Parameters
    ----------
    space
        Parameters and their ranges.
    expected
        By name; names that are not in the space are ignored.
    """

    def __init__(self, space: SearchSpace, expected: Mapping[str, Belief]) -> None:
        self._space = space
        self._hills: dict[int, tuple[float, float]] = {}  # centre and width, by index
        self._weights: dict[int, Array] = {}  # relative to the largest, by index
        for i, spec in enumerate(space.specs):
            belief = expected.get(spec.name)
            if belief is None:
                continue
            if isinstance(spec, CategoricalSpec):
                self._weights[i] = _weights(spec, belief)
            elif isinstance(belief.around, int | float):
                self._hills[i] = hill(spec, belief)

    def __bool__(self) -> bool:
        return bool(self._hills or self._weights)

    def log_density(self, rows: Array) -> Array:
        """Logarithm of the density at rows (m, d), relative to its highest value, shape (m,)."""
        total = np.zeros(len(rows))
        for i, (centre, width) in self._hills.items():
            total += np.log(_density(rows[:, i], centre, width))
        for i, weights in self._weights.items():
            total += np.log(weights[rows[:, i].astype(int)])
        return total

    def gradient(self, row: Array) -> Array:
        """Gradient of :meth:`log_density` at one row (d,) along the numbers, shape (d,)."""
        found = np.zeros(len(row))
        for i, (centre, width) in self._hills.items():
            density = _density(row[i : i + 1], centre, width)[0]
            found[i] = (FLOOR - density) / density * (row[i] - centre) / width**2
        return found

    def centre(self, row: Array) -> Array:
        """A row (d,) with the expected values in the place of its own, shape (d,)."""
        moved = row.copy()
        for i, (centre, _width) in self._hills.items():
            moved[i] = self._space.snap(i, np.array([centre]))[0]
        for i, weights in self._weights.items():
            moved[i] = float(np.argmax(weights))
        return moved

    def is_tried(self, used: Iterable[Key]) -> bool:
        """Whether one of the points with these keys has all expected values."""
        centre = self._space.key(self._space.point(self.centre(np.zeros(self._space.dimensions))))
        believed = (*self._hills, *self._weights)
        return any(all(key[i] == centre[i] for i in believed) for key in used)

    def draw(self, units: Array, rows: Array) -> Array:
        """Rows (m, d) with values drawn from the beliefs by uniform ``units`` (m, d)."""
        moved = rows.copy()
        edges = np.linspace(0.0, 1.0, _CELLS + 1)
        for i, (centre, width) in self._hills.items():
            cumulated = _cumulated(_density((edges[1:] + edges[:-1]) / 2.0, centre, width))
            moved[:, i] = self._space.snap(i, np.interp(units[:, i], cumulated, edges))
        for i, weights in self._weights.items():
            chosen = np.searchsorted(_cumulated(weights)[1:], units[:, i], side="right")
            moved[:, i] = np.minimum(chosen, len(weights) - 1)
        return moved


def hill(spec: DoubleSpec | IntegerSpec | DiscreteSpec, belief: Belief) -> tuple[float, float]:
    """Centre and width of a belief about a number, as coordinates of the unit cube.

    A belief without “within” is not narrower than half of the usual distance between two values.
    """
    assert isinstance(belief.around, int | float)
    centre, values = to_unit(spec, belief.around), count(spec)
    step = 1.0 / (values - 1) if values is not None and values > 1 else 0.0
    return centre, max(WIDTH, step / 2.0) if belief.within is None else _share(spec, belief.within)


def _share(spec: DoubleSpec | IntegerSpec | DiscreteSpec, within: float) -> float:
    """A factor or distance as a share of the range on its scale."""
    low, high = range_of(spec)
    if high <= low:
        return 1.0
    is_log = scale_of(spec) is Scale.LOG
    share = math.log(within) / (math.log(high) - math.log(low)) if is_log else within / (high - low)
    return min(max(share, 1e-6), 1e6)


def _density(units: Array, centre: float, width: float) -> Array:
    """Normal density with a floor, relative to its highest value, at coordinates (m,), shape (m,)."""
    return np.asarray(FLOOR + (1.0 - FLOOR) * np.exp(-0.5 * ((units - centre) / width) ** 2))


def choice_weights(spec: CategoricalSpec, belief: Belief) -> list[float]:
    """Weights of all categories; those that the belief does not name weigh 1."""
    expected = belief.weights or {str(belief.around): PREFERENCE}
    return [expected.get(value, 1.0) for value in spec.categorical_values]


def _weights(spec: CategoricalSpec, belief: Belief) -> Array:
    weights = np.array(choice_weights(spec, belief))
    return np.asarray(FLOOR + (1.0 - FLOOR) * weights / weights.max())


def _cumulated(density: Array) -> Array:
    """Shares of a density below the edges of its cells, shape (cells + 1,)."""
    total = np.concatenate([[0.0], np.cumsum(density)])
    return np.asarray(total / total[-1])
