"""What the contour plot draws of a surface: a smooth picture and lines of equal height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayescore.config import CategoricalSpec, ParameterSpec
from bayescore.results import Surface

Array = NDArray[np.float64]
_FINE = 8  # points of the picture for one of the lattice, along a number
_OF_LINES = 2  # points for the lines, which take longer
_LEVELS = 7


@dataclass(frozen=True)
class ContourPicture:
    """A surface, interpolated between the points of its lattice along numbers, not between choices.

    Attributes
    ----------
    values
        Shape (m, n), in the objective's unit.
    frame
        Left, bottom, width and height in the coordinates of the surface.
    lines
        Lines of equal height, each of shape (k, 2), in the same coordinates; none for choices.
    """

    values: Array
    frame: tuple[float, float, float, float]
    lines: tuple[Array, ...]

    @property
    def levels(self) -> tuple[float, float]:
        """The smallest and the largest value."""
        low, high = float(self.values.min()), float(self.values.max())
        return low, high if high > low else low + 1e-9


def contour_picture(
    found: Surface, values: Array, pair: tuple[ParameterSpec, ParameterSpec]
) -> ContourPicture:
    """The picture of the mean or the deviation of a surface; slow, for the background.

    Parameters
    ----------
    values
        On the lattice of the surface, shape (m, n).
    """
    from scipy.ndimage import zoom

    is_number = [not isinstance(spec, CategoricalSpec) for spec in pair]

    def interpolated(times: int) -> Array:
        sizes = [(n - 1) * times + 1 if ok else n for n, ok in zip(values.shape, is_number, strict=True)]
        factors = [new / old for new, old in zip(sizes, values.shape, strict=True)]
        return np.asarray(zoom(values, factors, order=3, mode="nearest"), dtype=np.float64)

    fine = np.clip(interpolated(_FINE), values.min(), values.max())
    lines = _lines(interpolated(_OF_LINES), found) if all(is_number) else ()
    left, width = _extent(found.x, fine.shape[0])
    bottom, height = _extent(found.y, fine.shape[1])
    return ContourPicture(fine, (left, bottom, width, height), lines)


def _extent(coordinates: Array, count: int) -> tuple[float, float]:
    """Start and length of so many cells whose middles begin and end with the coordinates."""
    first, last = float(coordinates[0]), float(coordinates[-1])
    cell = (last - first) / (count - 1) if count > 1 else 1.0
    return first - cell / 2, cell * count


def _lines(values: Array, found: Surface) -> tuple[Array, ...]:
    from pyqtgraph.functions import isocurve

    low, high = float(values.min()), float(values.max())
    if high <= low:
        return ()
    scale = [float(c[-1] - c[0]) / (n - 1) for c, n in zip((found.x, found.y), values.shape, strict=True)]
    origin = (float(found.x[0]), float(found.y[0]))
    curves = (
        curve
        for level in np.linspace(low, high, _LEVELS + 2)[1:-1]
        for curve in isocurve(values, float(level), connected=True)
    )
    return tuple(origin + (np.array(curve) - 0.5) * scale for curve in curves)
