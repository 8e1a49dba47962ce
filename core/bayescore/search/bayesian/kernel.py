"""How alike two rows are: Matérn-5/2 over the numbers, an exponential over the choices.

The numeric part is Rasmussen and Williams (2006), eq. 4.17, with a length scale for each
coordinate. A choice has ``exp(-1/l)`` where two rows differ in it: the overlap kernel with a
scale of its own. The whole is a mixture of the product of all parts and their mean, after Ru
et al. (2020): in the product a choice changes everything else, in the mean it shifts the
objective and what is learned of the numbers holds for all choices.

Several kernels (``k`` of them) are evaluated at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ROOT5 = float(np.sqrt(5.0))


@dataclass(frozen=True)
class Distances:
    """What lies between rows, for every pair.

    Attributes
    ----------
    squared
        Squared differences of the numbers, shape (number of numeric coordinates, p), p pairs.
    unequal
        1 where choices differ, shape (number of categorical coordinates, p).
    shape
        The pairs' shape, (n, m); (1, p) within rows.
    """

    squared: Array
    unequal: Array
    shape: tuple[int, int]


def distances(left: Array, right: Array, categorical: tuple[int, ...]) -> Distances:
    """Distances between rows ``left`` (n, d) and ``right`` (m, d)."""
    return _distances(left.T[:, :, None], right.T[:, None, :], categorical, (len(left), len(right)))


def distances_within(rows: Array, categorical: tuple[int, ...]) -> Distances:
    """Distances between rows (n, d) themselves, every two once, in the order of ``numpy.triu_indices``."""
    left, right = np.triu_indices(len(rows), 1)
    return _distances(rows.T[:, left], rows.T[:, right], categorical, (1, len(left)))


def _distances(left: Array, right: Array, categorical: tuple[int, ...], shape: tuple[int, int]) -> Distances:
    """Distances of pairs of this shape; ``left`` and ``right`` have coordinates first and broadcast."""
    numeric = [i for i in range(len(left)) if i not in categorical]
    chosen = list(categorical)
    difference = left[numeric] - right[numeric]
    unequal = (left[chosen] != right[chosen]).astype(np.float64)
    pairs = shape[0] * shape[1]
    return Distances((difference**2).reshape(len(numeric), pairs), unequal.reshape(len(chosen), pairs), shape)


@dataclass(frozen=True)
class Shape:
    """What kernels learn besides their height.

    Attributes
    ----------
    numeric, categorical
        Length scales, shapes (k, number of coordinates of the kind).
    apart
        From 0 to 1: how much choices only shift the objective, shape (k,). 0 where a row has but one factor.
    """

    numeric: Array
    categorical: Array
    apart: Array


def correlation(between: Distances, shape: Shape) -> Array:
    """Correlation of every pair under every kernel, shape (k, n, m), between 0 and 1."""
    distance, fall, rest = _parts(between, shape)
    found = (1.0 + distance + distance**2 / 3.0) * fall + rest
    return np.asarray(found.reshape(-1, *between.shape))


def correlation_gradient(between: Distances, shape: Shape) -> tuple[Array, Array]:
    """Correlation of every pair under every kernel, and how steeply it falls.

    Returns
    -------
    (correlation, steepness)
        Both of shape (k, n, m). The gradient along numeric coordinate i is minus the steepness
        times the difference of the rows there over the squared length scale.
    """
    distance, fall, rest = _parts(between, shape)
    alike = (1.0 + distance + distance**2 / 3.0) * fall + rest
    steepness = 5.0 / 3.0 * (1.0 + distance) * fall
    size = (-1, *between.shape)
    return np.asarray(alike.reshape(size)), np.asarray(steepness.reshape(size))


def _parts(between: Distances, shape: Shape) -> tuple[Array, Array, Array | float]:
    """Scaled distance over the numbers, what multiplies its polynomial, what is added; each (k, pairs)."""
    distance = _ROOT5 * np.sqrt((1.0 / shape.numeric**2) @ between.squared)
    choices = len(between.unequal)
    if not choices:
        return distance, np.exp(-distance), 0.0
    has_numbers = len(between.squared) > 0
    apart = shape.apart[:, None]
    alone = apart / (choices + has_numbers)
    rates = 1.0 / shape.categorical
    together = (1.0 - apart) * np.exp(-rates @ between.unequal)
    fall = (together + alone * has_numbers) * np.exp(-distance)
    return distance, fall, alone * (choices + np.expm1(-rates) @ between.unequal)
