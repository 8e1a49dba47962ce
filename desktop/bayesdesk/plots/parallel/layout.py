"""Where the axes of parallel coordinates are, in pixels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize

from bayesdesk.models.axes import MISSING
from bayesdesk.ui import theme

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Margins:
    """Room around the axes in pixels, at the zoom of the interface.

    Attributes
    ----------
    head
        Above: names, kinds, and the mark of outliers.
    names
        From the top: what is higher belongs to the name of an axis.
    foot, small_foot
        Below: with marks of outliers or missing values, and without.
    missing
        From the end of an axis to the mark of missing values.
    left, right
        Beside the outermost axes: half a name; the ticks of the last axis.
    """

    head: int
    names: int
    foot: int
    small_foot: int
    missing: int
    left: int
    right: int


def margins() -> Margins:
    """The room at the current zoom."""
    return Margins(*map(theme.px, (66, 44, 58, 20, 30, 62, 78)))


@dataclass(frozen=True)
class Layout:
    """Axes side by side, with the same distance between them."""

    size: QSize
    count: int
    has_marks: bool = True  # below the axes
    margins: Margins = field(default_factory=margins)

    @property
    def length(self) -> float:
        """Length of an axis."""
        foot = self.margins.foot if self.has_marks else self.margins.small_foot
        return float(max(10, self.size.height() - self.margins.head - foot))

    @property
    def distance(self) -> float:
        """Distance between two axes."""
        return (self.size.width() - self.margins.left - self.margins.right) / max(1, self.count - 1)

    def x_of(self, index: int) -> float:
        """Pixels from the left to an axis."""
        if self.count < 2:
            return self.size.width() / 2
        return self.margins.left + index * self.distance

    def y_of(self, position: float) -> float:
        """Pixels from the top to a position."""
        return float(self.heights(np.array([position]))[0])

    def heights(self, positions: Array) -> Array:
        """Pixels from the top to each position, of the same shape."""
        found = self.margins.head + (1.0 - positions) * self.length
        found[positions == MISSING] = self.margins.head + self.length + self.margins.missing
        return found

    def position_at(self, y: float) -> float:
        """Position at so many pixels from the top."""
        return 1.0 - (y - self.margins.head) / self.length

    def axis_at(self, x: float, within: float) -> int | None:
        """Index of the nearest axis, if it is within so many pixels."""
        places = [abs(self.x_of(i) - x) for i in range(self.count)]
        nearest = int(np.argmin(places)) if places else 0
        return nearest if places and places[nearest] <= within else None
