"""How alike two rows are: Matérn-5/2 over the numbers, an exponential over the choices.

The numeric part is Rasmussen and Williams (2006), eq. 4.17, with a length scale for each
coordinate. A categorical coordinate multiplies it by ``exp(-1/l)`` when two rows differ
there: the overlap kernel with a scale of its own (Ru et al., 2020, eq. 4, in exponential form).
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


def correlation(between: Gaps, numeric_scales: Array, categorical_scales: Array) -> Array:
    """Correlation of every pair, shape (n, m), between 0 and 1.

    Parameters
    ----------
    numeric_scales, categorical_scales
        Length scales, shapes (number of coordinates of the kind,).
    """
    distance, fall = _fall(between, numeric_scales, categorical_scales)
    found = (1.0 + distance + distance**2 / 3.0) * fall
    return np.asarray(found.reshape(between.shape))


def correlation_slope(between: Gaps, numeric_scales: Array, categorical_scales: Array) -> tuple[Array, Array]:
    """Correlation of one row with others, and how steeply it falls.

    Returns
    -------
    (correlation, steepness)
        Both of shape (m,). The slope along numeric coordinate i is minus the steepness times
        the difference of the rows there over the squared length scale.
    """
    distance, fall = _fall(between, numeric_scales, categorical_scales)
    return (1.0 + distance + distance**2 / 3.0) * fall, 5.0 / 3.0 * (1.0 + distance) * fall


def _fall(between: Gaps, numeric_scales: Array, categorical_scales: Array) -> tuple[Array, Array]:
    """Scaled distance over the numbers, and the exponential factor of both kinds, each (pairs,)."""
    distance = _ROOT5 * np.sqrt(between.squared @ (1.0 / numeric_scales**2))
    decay = distance
    if between.unequal.shape[1]:
        decay = distance + between.unequal @ (1.0 / categorical_scales)
    return distance, np.exp(-decay)
