"""Correlation of rows: Matérn-5/2 over numbers, an exponential overlap kernel over choices.

The numeric part is Rasmussen and Williams (2006), eq. 4.17, with a length scale for each
coordinate. A choice contributes ``exp(-1/l)`` where two rows differ in it, with a length scale of
its own. The kernel is a mixture of the product of all parts and their mean, after Ru et al. (2020):
in the product a choice changes everything else; in the mean it only shifts the objective, and what
is learned about the numbers holds for all choices.

``k`` kernels are evaluated at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ROOT5 = float(np.sqrt(5.0))


@dataclass(frozen=True)
class PairwiseDistances:
    """Coordinate-wise distances of ``p`` pairs of rows.

    Attributes
    ----------
    squared
        Squared differences of the numbers, shape (number of numeric coordinates, p).
    unequal
        1 where choices differ, shape (number of categorical coordinates, p).
    shape
        Shape of the pairs: (n, m), or (1, p) for the pairs within a set of rows.
    """

    squared: Array
    unequal: Array
    shape: tuple[int, int]


def pairwise_distances(left: Array, right: Array, categorical: tuple[int, ...]) -> PairwiseDistances:
    """Distances between rows ``left`` (n, d) and ``right`` (m, d)."""
    return _distances(left.T[:, :, None], right.T[:, None, :], categorical, (len(left), len(right)))


def condensed_distances(rows: Array, categorical: tuple[int, ...]) -> PairwiseDistances:
    """Distances within rows (n, d), one for each unordered pair, in the order of ``numpy.triu_indices``."""
    left, right = np.triu_indices(len(rows), 1)
    return _distances(rows.T[:, left], rows.T[:, right], categorical, (1, len(left)))


def _distances(
    left: Array, right: Array, categorical: tuple[int, ...], shape: tuple[int, int]
) -> PairwiseDistances:
    """Distances of pairs of this shape; ``left`` and ``right`` have coordinates first and broadcast."""
    numeric = [i for i in range(len(left)) if i not in categorical]
    chosen = list(categorical)
    difference = left[numeric] - right[numeric]
    unequal = (left[chosen] != right[chosen]).astype(np.float64)
    pairs = shape[0] * shape[1]
    return PairwiseDistances(
        (difference**2).reshape(len(numeric), pairs), unequal.reshape(len(chosen), pairs), shape
    )


@dataclass(frozen=True)
class KernelParameters:
    """Hyperparameters of ``k`` correlation functions.

    Attributes
    ----------
    numeric, categorical
        Length scales, shapes (k, number of coordinates of the kind), in units of the cube.
    mean_share
        Weight of the mean in the mixture of mean and product, 0 to 1, shape (k,). 0 where the kernel
        has only one part.
    """

    numeric: Array
    categorical: Array
    mean_share: Array


def correlation(distances: PairwiseDistances, parameters: KernelParameters) -> Array:
    """Correlation of every pair under every kernel, shape (k, n, m), between 0 and 1."""
    scaled, factor, rest = _parts(distances, parameters)
    found = (1.0 + scaled + scaled**2 / 3.0) * factor + rest
    return np.asarray(found.reshape(-1, *distances.shape))


def correlation_gradient(distances: PairwiseDistances, parameters: KernelParameters) -> tuple[Array, Array]:
    """Correlation of every pair under every kernel, and its radial derivative.

    Returns
    -------
    (correlation, decay)
        Both of shape (k, n, m). The gradient along numeric coordinate i is minus the decay times the
        difference of the rows in i, over the squared length scale.
    """
    scaled, factor, rest = _parts(distances, parameters)
    found = (1.0 + scaled + scaled**2 / 3.0) * factor + rest
    decay = 5.0 / 3.0 * (1.0 + scaled) * factor
    shape = (-1, *distances.shape)
    return np.asarray(found.reshape(shape)), np.asarray(decay.reshape(shape))


def _parts(distances: PairwiseDistances, parameters: KernelParameters) -> tuple[Array, Array, Array | float]:
    """Scaled distance over the numbers, the factor of its polynomial, and the summand; each (k, p)."""
    scaled = _ROOT5 * np.sqrt((1.0 / parameters.numeric**2) @ distances.squared)
    choices = len(distances.unequal)
    if not choices:
        return scaled, np.exp(-scaled), 0.0
    has_numbers = len(distances.squared) > 0
    mean_share = parameters.mean_share[:, None]
    part = mean_share / (choices + has_numbers)
    rates = 1.0 / parameters.categorical
    product = (1.0 - mean_share) * np.exp(-rates @ distances.unequal)
    factor = (product + part * has_numbers) * np.exp(-scaled)
    return scaled, factor, part * (choices + np.expm1(-rates) @ distances.unequal)
