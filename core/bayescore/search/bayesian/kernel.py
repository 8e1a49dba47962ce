"""How alike two rows are: Matérn-5/2 over the numbers, an exponential over the choices.

The numeric part is Rasmussen and Williams (2006), eq. 4.17, with a length scale for each
coordinate. A choice has ``exp(-1/l)`` where two rows differ in it: the overlap kernel with a
scale of its own. The whole is a mixture of the product of all parts and their mean, after Ru
et al. (2020): in the product a choice changes everything else, in the mean it shifts the
objective and what is learned of the numbers holds for all choices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ROOT5 = float(np.sqrt(5.0))


@dataclass(frozen=True)
class Gaps:
    """What lies between rows, for every pair.

    Attributes
    ----------
    squared
        Squared differences of the numbers, shape (p, number of numeric coordinates), p pairs.
    unequal
        1 where choices differ, shape (p, number of categorical coordinates).
    shape
        The pairs' shape, (n, m).
    """

    squared: Array
    unequal: Array
    shape: tuple[int, int]


def gaps(left: Array, right: Array, categorical: tuple[int, ...]) -> Gaps:
    """Gaps between rows ``left`` (n, d) and ``right`` (m, d)."""
    numeric = [i for i in range(left.shape[1]) if i not in categorical]
    pairs = len(left) * len(right)
    difference = left[:, None, numeric] - right[None, :, numeric]
    unequal = left[:, None, list(categorical)] != right[None, :, list(categorical)]
    return Gaps(
        (difference**2).reshape(pairs, len(numeric)),
        unequal.astype(np.float64).reshape(pairs, len(categorical)),
        (len(left), len(right)),
    )


@dataclass(frozen=True)
class Shape:
    """What the kernel learns besides its height.

    Attributes
    ----------
    numeric, categorical
        Length scales, shapes (number of coordinates of the kind,).
    apart
        From 0 to 1: how much choices only shift the objective. 0 where a row has but one factor.
    """

    numeric: Array
    categorical: Array
    apart: float = 0.0


def correlation(between: Gaps, shape: Shape) -> Array:
    """Correlation of every pair, shape (n, m), between 0 and 1."""
    distance, factor, rest = _parts(between, shape)
    found = (1.0 + distance + distance**2 / 3.0) * np.exp(-distance) * factor + rest
    return np.asarray(found.reshape(between.shape))


def correlation_slope(between: Gaps, shape: Shape) -> tuple[Array, Array]:
    """Correlation of one row with others, and how steeply it falls.

    Returns
    -------
    (correlation, steepness)
        Both of shape (m,). The slope along numeric coordinate i is minus the steepness times
        the difference of the rows there over the squared length scale.
    """
    distance, factor, rest = _parts(between, shape)
    fall = np.exp(-distance) * factor
    return (1.0 + distance + distance**2 / 3.0) * fall + rest, 5.0 / 3.0 * (1.0 + distance) * fall


def _parts(between: Gaps, shape: Shape) -> tuple[Array, Array | float, Array | float]:
    """Scaled distance over the numbers, what multiplies their part, what is added to that; each (pairs,)."""
    distance = _ROOT5 * np.sqrt(between.squared @ (1.0 / shape.numeric**2))
    choices = between.unequal.shape[1]
    if not choices:
        return distance, 1.0, 0.0
    differences = between.unequal / shape.categorical
    has_numbers = between.squared.shape[1] > 0
    alone = shape.apart / (choices + has_numbers)
    together = (1.0 - shape.apart) * np.exp(-differences.sum(axis=1))
    return distance, together + alone * has_numbers, alone * np.exp(-differences).sum(axis=1)
